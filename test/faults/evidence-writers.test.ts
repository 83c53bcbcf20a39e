/**
 * Every command that writes, told to write onto every kind of evidence: by its path, by a symbolic link, by a hard link and by a bind
 * mount; also where SQLite would put its own files. The evidence stays as it is, and nothing is left lying about.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { copyFileSync, linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands/index.ts';
import { buildCase, buildCaseFiles } from '../../src/samples/case-text.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { describedVmlinux } from '../unit/kernel/described-vmlinux.ts';
import { runCommands } from './run-commands.ts';

const root = scratchFolder();
const store = join(root, 'evidence');
const env = { ...process.env, XDG_CACHE_HOME: join(root, 'cache') };
const at = (name: string): string => join(store, name);

/** File names of the evidence. */
const evidence = [
  'dump.s390',
  'volume.1',
  'volume.2',
  'dump.gz',
  'key.pem',
  'trusted.pub',
  'manifest.sha256',
  'manifest.hashdeep',
  'attestation.json',
  'index.sqlite',
  'vmlinux',
  'System.map',
  'vmcoreinfo.txt',
] as const;
type Evidence = (typeof evidence)[number];

beforeAll(async () => {
  mkdirSync(store);
  const dump = buildCase('memory 64 KiB\ncpu prefix=0x8000\nformat s390');
  writeFileSync(at('dump.s390'), dump);
  writeFileSync(at('dump.gz'), gzipSync(dump));
  for (const [number, bytes] of [...buildCaseFiles('memory 64 KiB\ncpu prefix=0x8000\nformat s390-mv partitions=0xa000,0xa000').values()].entries())
    writeFileSync(at(`volume.${number + 1}`), bytes);
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  writeFileSync(at('key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(at('trusted.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
  writeFileSync(at('vmlinux'), describedVmlinux({ symbols: [{ type: 'T', name: '_stext', address: 0x100000n }] }));
  writeFileSync(at('System.map'), '0000000000100000 T _stext\n');
  writeFileSync(at('vmcoreinfo.txt'), 'OSRELEASE=6.1.0\n');
  const made = await runCommands(
    [
      ['manifest', at('dump.s390'), '-o', at('manifest.sha256')],
      ['manifest', at('dump.s390'), '--format', 'hashdeep', '-o', at('manifest.hashdeep')],
      ['attest', at('dump.s390'), '--key', at('key.pem'), '-o', at('attestation.json')],
      ['index', at('dump.s390'), '--index', at('index.sqlite')],
    ],
    { env },
  );
  expect(made.map(({ code, err }) => (code === 0 ? '' : err))).toEqual(['', '', '', '']);
  expect(readdirSync(store).sort()).toEqual([...evidence].sort());
});

/** Everything about a file that must not change. */
function stateOf(path: string): string {
  const { ino, size, mtimeMs, mode } = lstatSync(path);
  return JSON.stringify({ ino, size, mtimeMs, mode, bytes: readFileSync(path, 'base64') });
}

/** How each command with an output is called, but for where that goes. A new command needs its line here. */
const outputs: Readonly<Record<string, readonly string[]>> = {
  report: ['--quick'],
  manifest: [],
  attest: ['--key', at('key.pem')],
};
/** Where SQLite and the lock of an index write, from the index's own path. */
const suffixes = ['', '-wal', '-shm', '-journal', '.lock', '.lock-wal', '.lock-shm', '.lock-journal'] as const;

const hasOption = (flag: string) => (command: (typeof commands)[number]) => (command.options ?? []).some(({ flags }) => flags.includes(flag));

interface Attempt {
  readonly argv: readonly string[];
  /** What must look as before: files, and the list of the folder. */
  readonly folder: string;
  readonly target: string;
  readonly before: string;
  readonly listed: readonly string[];
}

type Way = 'path' | 'symbolic link' | 'hard link' | 'bind mount';

/** All attempts on a piece of evidence by one way. */
function attempts(what: Evidence, way: Way, mounts: string[]): Attempt[] {
  const list: Attempt[] = [];
  let count = 0;
  /** A folder where the evidence lies under a name. */
  const placed = (name: string, besides?: string): { folder: string; target: string } => {
    const folder = join(root, 'targets', way.replace(' ', '-'), what, String(count++));
    mkdirSync(folder, { recursive: true });
    const target = join(folder, name);
    if (way === 'path') copyFileSync(at(what), target);
    else if (way === 'symbolic link') symlinkSync(at(what), target);
    else if (way === 'hard link') linkSync(at(what), target);
    else {
      writeFileSync(target, '');
      mounts.push(`mount --bind '${at(what)}' '${target}'`);
    }
    if (besides !== undefined) copyFileSync(at('index.sqlite'), join(folder, besides));
    return { folder, target };
  };
  const attempt = ({ folder, target }: { folder: string; target: string }, ...argv: string[]): void => {
    list.push({ argv, folder, target, before: stateOf(target), listed: readdirSync(folder).sort() });
  };
  // A copy of a dump is evidence by its own path; everything else is tried on another dump as well.
  const dumpOf = (target: string): string => (what === 'dump.s390' && way === 'path' ? target : what.startsWith('volume') ? at('volume.1') : at('dump.s390'));

  for (const [command, more] of Object.entries(outputs)) {
    for (const force of [[], ['--force']]) {
      // Made again where the person asks for it: a manifest by a manifest, unless it is not the file but a link to it.
      const itself = (command === 'manifest' && what.startsWith('manifest')) || (command === 'attest' && what === 'attestation.json');
      if (force.length > 0 && itself && (way === 'path' || way === 'hard link')) continue;
      const place = placed('out');
      attempt(place, command, dumpOf(place.target), ...more, '-o', place.target, ...force);
    }
  }
  const samples = placed('sample-healthy.vmcore');
  attempt(samples, 'sample', samples.folder);
  for (const suffix of suffixes) {
    for (const command of ['index', 'sql', 'search']) {
      // An index of ours is what is wanted there.
      if (suffix === '' && what === 'index.sqlite' && (way === 'path' || way === 'bind mount' || command !== 'index')) continue;
      for (const besides of suffix === '' ? [undefined] : [undefined, 'x']) {
        // Nobody locks to read, and without an index there is nothing to read.
        if (command !== 'index' && !(suffix === '' || (suffix === '-wal' && besides !== undefined))) continue;
        const place = placed(`x${suffix}`, besides);
        const dump = dumpOf(place.target);
        const index = ['--index', join(place.folder, 'x')];
        if (command === 'index') attempt(place, 'index', dump, ...index, ...(count % 2 === 0 ? ['--rebuild'] : []));
        else if (command === 'sql') attempt(place, 'sql', dump, 'select 1', ...index);
        else attempt(place, 'search', dump, '00', '--type', 'bytes', '--class', 'data', ...index);
      }
    }
  }
  return list;
}

const mountable = spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'true']).status === 0;
if (!mountable) console.warn('evidence-writers: no user namespaces here, so writing onto bind mounts is NOT tested');

describe('a command that writes', () => {
  it('is one of these', () => {
    expect(
      commands
        .filter(hasOption('--output'))
        .map(({ name }) => name)
        .sort(),
    ).toEqual(Object.keys(outputs).sort());
    expect(
      commands
        .filter(hasOption('--index'))
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['index', 'search', 'sql']);
  });

  it.each(['path', 'symbolic link', 'hard link', 'bind mount'] as const)(
    'leaves every kind of evidence alone, reached by its %s',
    async (way) => {
      if (way === 'bind mount' && !mountable) return;
      const mounts: string[] = [];
      const list = evidence.flatMap((what) => attempts(what, way, mounts));
      const originals = evidence.map((what) => stateOf(at(what)));
      const answers = await runCommands(
        list.map(({ argv }) => argv),
        { env, ...(mounts.length === 0 ? {} : { mounts: mounts.join('\n') }) },
      );
      expect(evidence.map((what) => stateOf(at(what)))).toEqual(originals);
      for (const [index, { code, err, argv }] of answers.entries()) {
        const { folder, target, before, listed } = list[index]!;
        const told = `${argv.join(' ')}: ${err}`;
        expect(stateOf(target), told).toBe(before);
        expect(readdirSync(folder).sort(), told).toEqual(listed);
        expect(code, told).not.toBe(0);
        expect(code, told).not.toBe(4);
        expect(err, told).toMatch(/^dumpbench: .*\n$/);
      }
      // So that the next way finds a file with one name.
      rmSync(join(root, 'targets'), { recursive: true });
    },
    600_000,
  );

  it('fills no disk half: what does not fit is not there', () => {
    if (!mountable) return;
    const folder = join(root, 'small');
    mkdirSync(folder);
    const script = `mount -t tmpfs -o size=64k tmpfs '${folder}'; set +e; "$@"; echo "code $?"; ls -A '${folder}'`;
    const argv = [join(process.cwd(), 'src/cli/main.ts'), 'sample', folder];
    const out = execFileSync('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-ec', script, 'sh', process.execPath, ...argv], {
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect(out).toBe('code 3\n');
  });
});
