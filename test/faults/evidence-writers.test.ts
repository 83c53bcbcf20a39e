/**
 * Every command that writes, told to write onto every kind of evidence: by its path, by a symbolic link, by a hard link and by a bind
 * mount; also where SQLite would put its own files. The evidence stays as it is, and nothing is left lying about.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, linkSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Command } from '../../src/cli/command.ts';
import { commands } from '../../src/cli/commands/index.ts';
import { allOptions } from '../../src/cli/given-files.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { evidence, makeEvidence, reach, stateOf, ways, type Evidence, type Way } from './evidence-store.ts';
import { runCommands } from './run-commands.ts';

const root = scratchFolder();
const store = join(root, 'evidence');
const env = { ...process.env, XDG_CACHE_HOME: join(root, 'cache') };
const at = (name: string): string => join(store, name);

beforeAll(() => makeEvidence(store, env));

/** Where SQLite writes, from the index's own path. */
const suffixes = ['', '-wal', '-shm', '-journal'] as const;

type Writing = 'output' | 'index';

const flagsOf = (command: Command, writing: Writing): readonly string[] =>
  allOptions(command).flatMap(({ flags, writes }) => (writes === writing ? [/--[a-z-]+/.exec(flags)![0]] : []));
const writers = (writing: Writing): readonly Command[] => commands.filter((command) => flagsOf(command, writing).length > 0);
/** Those that write into a folder what names they choose. */
const fillers = commands.filter(({ args }) => args.includes('<dir>'));

/** A command as its own examples call it, but for the dump and for where its output goes: a new command is tried without being listed here. */
function examples(command: Command, dump: string, kind: Writing): readonly (readonly string[])[] {
  const outputs = [...flagsOf(command, 'output'), ...flagsOf(command, 'index'), '-o'];
  const lines = command.example.split('\n').map((line) => [...line.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word));
  // What one command does besides writing, or to write something else, is another example of it.
  const of = (flags: readonly string[]) => lines.filter((words) => words.some((word) => flags.includes(word)));
  const own = of([...flagsOf(command, kind), ...(kind === 'output' ? ['-o'] : [])]);
  const writing = own.length > 0 ? own : of(outputs);
  return (writing.length > 0 ? writing : lines).map(([, name = '', ...words]) => {
    const place = Math.max(
      0,
      command.args.findIndex((argument) => argument.startsWith('<file')),
    );
    const more = words.flatMap((word, index) => (index === place || outputs.includes(word) || outputs.includes(words[index - 1] ?? '') ? [] : [word]));
    const given = more.map((word) => (evidence.some((one) => one === word) ? at(word) : word));
    return [name, ...given.slice(0, place), dump, ...given.slice(place)];
  });
}

interface Attempt {
  readonly argv: readonly string[];
  /** What must look as before: files, and the list of the folder. */
  readonly folder: string;
  readonly target: string;
  readonly before: string;
  readonly listed: readonly string[];
  /** The command was given the target to read. */
  readonly isGiven: boolean;
  /** This command may have no need of its index, and then does its work. */
  readonly mayWork: boolean;
}

/** All attempts on a piece of evidence by one way. @param names files that the fillers write */
function attempts(what: Evidence, way: Way, mounts: string[], names: ReadonlyMap<Command, readonly string[]>): Attempt[] {
  const list: Attempt[] = [];
  let count = 0;
  /** A folder address of the evidence under a name. */
  const placed = (name: string, besides?: string): { folder: string; target: string } => {
    const folder = join(root, 'targets', way.replace(' ', '-'), what, String(count++));
    mkdirSync(folder, { recursive: true });
    const target = join(folder, name);
    reach(at(what), way, target);
    if (way === 'bind mount') mounts.push(`mount --bind '${at(what)}' '${target}'`);
    if (besides !== undefined) copyFileSync(at('index.sqlite'), join(folder, besides));
    return { folder, target };
  };
  const attempt = ({ folder, target }: { folder: string; target: string }, argv: readonly string[], mayWork = false): void => {
    const original = way === 'path' ? target : at(what);
    const isGiven = argv.some((word, index) => word === original && !['--output', '--index'].includes(argv[index - 1] ?? ''));
    list.push({ argv, folder, target, before: stateOf(target), listed: readdirSync(folder).sort(), isGiven, mayWork });
  };
  // A copy of a dump is evidence by its own path; everything else is tried on another dump as well.
  const dumpOf = (target: string): string => (what === 'dump.s390' && way === 'path' ? target : what.startsWith('volume') ? at('volume.1') : at('dump.s390'));

  for (const command of writers('output')) {
    const force = allOptions(command).some(({ flags }) => flags === '--force') ? [[], ['--force']] : [[]];
    for (const flag of flagsOf(command, 'output')) {
      for (const more of force) {
        // Made again where the person asks for it: a manifest by a manifest, unless it is not the file but a link to it.
        if (more.length > 0 && what.startsWith(command.name) && (way === 'path' || way === 'hard link')) continue;
        for (const which of examples(command, '', 'output').keys()) {
          const place = placed('out');
          attempt(place, [...examples(command, dumpOf(place.target), 'output')[which]!, flag, place.target, ...more]);
        }
      }
    }
  }
  for (const [command, written] of names) {
    for (const name of written) {
      const place = placed(name);
      attempt(place, [command.name, place.folder]);
    }
  }
  for (const suffix of suffixes) {
    for (const command of writers('index')) {
      const builds = command.name === 'index';
      // An index of ours is what is wanted there.
      if (suffix === '' && what === 'index.sqlite' && (way === 'path' || way === 'bind mount' || !builds)) continue;
      for (const besides of suffix === '' ? [undefined] : [undefined, 'x']) {
        // Without an index there is nothing to read, and one that is whole needs nothing of SQLite's.
        if (!builds && !(suffix === '' || (suffix === '-wal' && besides !== undefined))) continue;
        for (const which of examples(command, '', 'index').keys()) {
          const place = placed(`x${suffix}`, besides);
          const rebuild = builds && count % 2 === 0 ? ['--rebuild'] : [];
          attempt(place, [...examples(command, dumpOf(place.target), 'index')[which]!, '--index', join(place.folder, 'x'), ...rebuild], !builds);
        }
      }
    }
  }
  return list;
}

/** What the commands write that choose the names themselves. */
async function filledNames(): Promise<ReadonlyMap<Command, readonly string[]>> {
  const folders = fillers.map(({ name }) => join(root, 'filled', name));
  for (const folder of folders) mkdirSync(folder, { recursive: true });
  await runCommands(
    fillers.map(({ name }, index) => [name, folders[index]!]),
    { env },
  );
  const names = new Map(fillers.map((command, index) => [command, readdirSync(folders[index]!)]));
  rmSync(join(root, 'filled'), { recursive: true });
  expect([...names.values()].flat().length).toBeGreaterThan(0);
  return names;
}

const mountable = spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'true']).status === 0;
if (!mountable) console.warn('evidence-writers: no user namespaces here, so writing onto bind mounts is NOT tested');

describe('a command that writes', () => {
  it('declares it', () => {
    for (const command of commands)
      for (const { flags, writes } of allOptions(command)) expect(writes !== undefined, `${command.name} ${flags}`).toBe(flags.includes('<path>'));
    expect(writers('output').map(({ name }) => name)).toContain('report');
    expect(writers('index').map(({ name }) => name)).toContain('index');
    expect(fillers.map(({ name }) => name)).toContain('sample');
  });

  it.each(ways)(
    'does not touch any kind of evidence, reached by its %s',
    async (way) => {
      if (way === 'bind mount' && !mountable) return;
      const mounts: string[] = [];
      const names = await filledNames();
      const list = evidence.flatMap((what) => attempts(what, way, mounts, names));
      const originals = evidence.map((what) => stateOf(at(what)));
      const answers = await runCommands(
        list.map(({ argv }) => argv),
        { env, ...(mounts.length === 0 ? {} : { mounts: mounts.join('\n') }) },
      );
      expect(evidence.map((what) => stateOf(at(what)))).toEqual(originals);
      const refused = new Set<string>();
      for (const [index, { code, err, argv }] of answers.entries()) {
        const { folder, target, before, listed, isGiven, mayWork } = list[index]!;
        const told = `${argv.join(' ')}: ${err}`;
        expect(stateOf(target), told).toBe(before);
        expect(readdirSync(folder).sort(), told).toEqual(listed);
        if (mayWork && code === 0) continue;
        refused.add(argv[0]!);
        expect(code, told).toBeOneOf(isGiven ? [2] : [2, 3]);
        expect(err, told).toMatch(/^dumpbench: .*\n$/);
      }
      expect([...refused].sort()).toEqual([...new Set([...writers('output'), ...writers('index'), ...fillers])].map(({ name }) => name).sort());
      // So that the next way finds a file with one name.
      rmSync(join(root, 'targets'), { recursive: true });
    },
    600_000,
  );

  it.each(['.lock', '.lock-wal', '.lock-shm', '.lock-journal'])('locks nothing next to an index, where evidence may be: %s', async (suffix) => {
    const folder = join(root, `locked${suffix}`);
    mkdirSync(folder);
    linkSync(at('dump.s390'), join(folder, `x${suffix}`));
    const before = stateOf(at('dump.s390'));
    const [answer] = await runCommands([['index', at('volume.1'), '--index', join(folder, 'x')]], { env });
    expect(answer?.code, answer?.err).toBe(0);
    expect(stateOf(at('dump.s390'))).toBe(before);
    expect(readdirSync(folder).sort()).toEqual(['x', `x${suffix}`]);
    rmSync(folder, { recursive: true });
  });

  it('leaves no partial output on a full disk', () => {
    if (!mountable) return;
    const folder = join(root, 'small');
    mkdirSync(folder);
    const calls = [
      ...fillers.map(({ name }) => [name, folder]),
      ...writers('output').flatMap((command) =>
        examples(command, at('dump.s390'), 'output').flatMap((argv) => flagsOf(command, 'output').map((flag) => [...argv, flag, join(folder, 'out')])),
      ),
    ];
    const main = join(process.cwd(), 'src/cli/main.ts');
    const quoted = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(' ');
    // Room for the name of a file, and for nothing in it.
    const script = [
      `mount -t tmpfs -o size=8k tmpfs '${folder}'`,
      `set +e; head -c 8192 /dev/zero > '${folder}/full'`,
      ...calls.map((argv) => `${quoted([process.execPath, main, ...argv])}; echo "code $?"; ls -A '${folder}'`),
    ].join('\n');
    const out = execFileSync('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-ec', script], {
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect(out).toBe('code 3\nfull\n'.repeat(calls.length));
  });
});
