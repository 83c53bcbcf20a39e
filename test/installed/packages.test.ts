/** What the packages for Linux hold and say, without installing them. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { product } from '../../scripts/packages/product.mjs';
import { bundledSamples } from '../../src/samples/bundled.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { madePackages, type MadePackages } from './made-packages.ts';

const folder = scratchFolder();
const run = (program: string, ...words: readonly string[]): string => execFileSync(program, words, { encoding: 'utf8', maxBuffer: 1 << 26 });

/** What stands at a path: its mode, and its size or where it leads. */
type Entry = readonly [path: string, mode: string, what: string];

const byPath = (entries: readonly Entry[]): readonly Entry[] => entries.toSorted(([a], [b]) => (a < b ? -1 : 1));

/** Files and links below a folder. */
const entriesOf = (root: string): readonly Entry[] =>
  byPath(
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry): Entry => {
        const path = join(entry.parentPath, entry.name);
        const { mode, size } = lstatSync(path);
        return [relative(root, path), (mode & 0o7777).toString(8), entry.isSymbolicLink() ? readlinkSync(path) : String(size)];
      }),
  );

/** Files in Electron's archive: a header in JSON behind 16 bytes of lengths (of Chromium's Pickle), then what the files hold. @param path of the archive */
function packedFiles(path: string): ReadonlyMap<string, Buffer> {
  interface Node {
    readonly files?: Readonly<Record<string, Node>>;
    readonly offset?: string;
    readonly size?: number;
  }
  const archive = readFileSync(path);
  const data = 8 + archive.readUInt32LE(4);
  const found = new Map<string, Buffer>();
  const visit = ({ files = {} }: Node, folder: string): void => {
    for (const [name, node] of Object.entries(files)) {
      const start = data + Number(node.offset);
      if (node.offset !== undefined) found.set(folder + name, archive.subarray(start, start + (node.size ?? 0)));
      visit(node, `${folder}${name}/`);
    }
  };
  visit(JSON.parse(archive.toString('utf8', 16, 16 + archive.readUInt32LE(12))) as Node, '');
  return found;
}

describeNeeding(['window', 'packaging'], 'the packages for Linux', () => {
  let made: MadePackages;
  let deb: string;
  beforeAll(async () => {
    made = await madePackages();
    deb = join(folder, 'deb');
    run('dpkg-deb', '--extract', made.deb, deb);
  });

  it('deb: says what it is and needs, belongs to root, and runs no script', () => {
    const fields: Readonly<Record<string, string>> = Object.fromEntries(
      [...run('dpkg-deb', '--field', made.deb).matchAll(/^(\S+): (.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
    );
    expect(fields).toMatchObject({ Package: 'dumpbench', Version: product.version, Maintainer: product.author, Section: 'devel', Priority: 'optional' });
    expect(fields.Depends?.split(', ')).toEqual(
      expect.arrayContaining(['libgtk-3-0 | libgtk-3-0t64', 'libasound2 | libasound2t64', 'libnss3', 'shared-mime-info']),
    );
    const control = join(folder, 'control');
    run('dpkg-deb', '--control', made.deb, control);
    expect(readdirSync(control).toSorted()).toEqual(['control', 'md5sums']);
    const owners = new Set(
      run('dpkg-deb', '--contents', made.deb)
        .trim()
        .split('\n')
        .map((line) => line.split(/\s+/)[1]),
    );
    expect([...owners]).toEqual(['root/root']);
    // Nobody but root may change what root may be made to run.
    expect(entriesOf(deb).filter(([path, mode]) => !lstatSync(join(deb, path)).isSymbolicLink() && (parseInt(mode, 8) & 0o022) !== 0)).toEqual([]);
    expect(
      entriesOf(deb)
        .filter(([, mode]) => parseInt(mode, 8) > 0o777)
        .map(([path, mode]) => [path, mode]),
    ).toEqual([['usr/lib/dumpbench/desktop/chrome-sandbox', '4755']]);
    expect(run('sh', '-c', 'cd "$1" && md5sum --quiet --check "$2"', 'sh', deb, join(control, 'md5sums'))).toBe('');
  });

  it('deb: has the documents that Debian asks for', () => {
    const documents = join(deb, 'usr/share/doc/dumpbench');
    const copyright = readFileSync(join(documents, 'copyright'), 'utf8');
    // Whatever it refers to is in the package, or in that of Debian's basic files.
    for (const [path] of copyright.matchAll(/(?<= )\/?usr\/\S+?(?=[,.]?(?:\s|$))/g))
      if (!path.includes('common-licenses') && !path.endsWith('*')) expect(existsSync(join(deb, path)), path).toBe(true);
    expect(copyright).toMatch(/^Format: https:\/\/www\.debian\.org\/doc\/packaging-manuals\/copyright-format\/1\.0\/\n/);
    const manual = join(deb, 'usr/share/man/man1');
    expect(readdirSync(manual).filter((name) => !name.endsWith('.1.gz'))).toEqual([]);
    expect(run('zcat', join(manual, 'dumpbench.1.gz'))).toContain('.TH');
  });

  it('bring the window that the other tests drive, and a list of all their files', () => {
    const program = join(deb, 'usr/lib/dumpbench');
    expect(run('sh', '-c', 'cd "$1" && sha256sum --quiet --check SHA256SUMS', 'sh', program)).toBe('');
    const listed = readFileSync(join(program, 'SHA256SUMS'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.slice(66));
    const files = entriesOf(program).filter(([path]) => path !== 'SHA256SUMS' && !lstatSync(join(program, path)).isSymbolicLink());
    expect(listed.toSorted()).toEqual(files.map(([path]) => path).toSorted());
    const packed = packedFiles(join(program, 'desktop/resources/app.asar'));
    for (const name of ['out/main/main.js', 'out/preload/preload.cjs', 'out/renderer/index.html']) {
      expect(packed.get(name)?.equals(readFileSync(new URL(`../../${name}`, import.meta.url))), name).toBe(true);
    }
  });

  it('rpm: holds the same files with the same modes, and needs the same libraries', () => {
    const query = (format: string): readonly string[] => run('rpm', '--query', '--package', made.rpm, '--queryformat', format).trim().split('\n');
    expect(query('%{NAME} %{VERSION} %{RELEASE} %{LICENSE} %{PACKAGER}')).toEqual([`dumpbench ${product.version} 1 ${product.license} ${product.author}`]);
    expect(query('[%{FILEUSERNAME}:%{FILEGROUPNAME}\n]').filter((owner) => owner !== 'root:root')).toEqual([]);
    const rpm = join(folder, 'rpm');
    mkdirSync(rpm);
    run('sh', '-c', 'cd "$1" && rpm2cpio "$2" | cpio --extract --make-directories --quiet', 'sh', rpm, made.rpm);
    expect(entriesOf(rpm)).toEqual(entriesOf(deb));
    expect(query('[%{REQUIRES}\n]').filter((name) => name.startsWith('libgtk') || name.startsWith('libnss3'))).toEqual([
      'libgtk-3.so.0()(64bit)',
      'libnss3.so()(64bit)',
    ]);
    expect(run('rpm', '--query', '--package', '--scripts', made.rpm)).toBe('');
    // As rpm itself lays it, in a root that has nothing else.
    const root = join(folder, 'root');
    run('rpm', '--root', root, '--initdb');
    run('rpm', '--root', root, '--install', '--nodeps', '--noscripts', made.rpm);
    expect(run('rpm', '--root', root, '--verify', '--nodeps', 'dumpbench')).toBe('');
    run('rpm', '--root', root, '--erase', '--nodeps', 'dumpbench');
    expect(existsSync(join(root, 'usr/lib/dumpbench'))).toBe(false);
  });

  it('tar.gz: runs where it was unpacked, with the Node that it brings', () => {
    run('tar', '-xzf', made.tarball, '-C', folder);
    const root = join(folder, `dumpbench-${product.version}-linux-${process.arch}`);
    const same = ([path, mode, what]: Entry): Entry => [path, mode === '4755' ? '755' : mode, what];
    const inDeb = entriesOf(join(deb, 'usr')).map(same);
    expect(entriesOf(root)).toEqual(inDeb);
    const env = { PATH: '/usr/bin:/bin', HOME: folder, XDG_CACHE_HOME: join(folder, 'cache') };
    expect(execFileSync(join(root, 'bin/dumpbench'), ['--version'], { env, encoding: 'utf8' })).toBe(`${product.version}\n`);
    const node = join(root, 'lib/dumpbench/desktop/resources/node/bin/node');
    expect(statSync(node).ino).toBe(statSync(join(root, 'lib/dumpbench/node')).ino);
  });

  it('AppImage: its payload is the same program, with what AppImages are started and shown by', () => {
    const mounted = join(folder, 'mounted');
    mkdirSync(mounted);
    // Behind the runtime, or a file of its own where that could not be had.
    const offset = made.image.endsWith('.AppImage') ? Number(run(made.image, '--appimage-offset')) : 0;
    run('squashfuse', '-o', `offset=${offset}`, made.image, mounted);
    try {
      expect(entriesOf(join(mounted, 'usr'))).toEqual(entriesOf(join(deb, 'usr')));
      expect(readdirSync(mounted).toSorted()).toEqual(['.DirIcon', 'AppRun', 'dumpbench.desktop', 'dumpbench.png', 'usr']);
      expect(readFileSync(join(mounted, '.DirIcon')).subarray(1, 4).toString()).toBe('PNG');
      run('desktop-file-validate', join(mounted, 'dumpbench.desktop'));
      const start = readFileSync(join(mounted, 'AppRun'), 'utf8');
      expect(start).not.toContain('sandbox');
      const env = { PATH: '/usr/bin:/bin', HOME: folder, ARGV0: '/home/somebody/bin/dumpbench' };
      expect(execFileSync(join(mounted, 'AppRun'), ['--version'], { env, encoding: 'utf8' })).toBe(`${product.version}\n`);
    } finally {
      run('fusermount3', '-u', mounted);
    }
  });

  it('tell a desktop which files are dumps, by their contents', () => {
    run('desktop-file-validate', join(deb, 'usr/share/applications/dumpbench.desktop'));
    const data = join(folder, 'data');
    mkdirSync(join(data, 'mime/packages'), { recursive: true });
    for (const file of [join(deb, 'usr/share/mime/packages/dumpbench.xml'), '/usr/share/mime/packages/freedesktop.org.xml'])
      writeFileSync(join(data, 'mime/packages', file.replaceAll('/', '_').slice(-24)), readFileSync(file));
    const database = spawnSync('update-mime-database', [join(data, 'mime')], { encoding: 'utf8' });
    expect(database.status, database.stderr).toBe(0);
    expect(database.stderr).not.toMatch(/error/i);
    const typeOf = (name: string, bytes: Uint8Array): string | undefined => {
      writeFileSync(join(folder, name), bytes);
      const env = { ...process.env, XDG_DATA_HOME: join(folder, 'nothing'), XDG_DATA_DIRS: data };
      const said = execFileSync('gio', ['info', '--attributes=standard::content-type', join(folder, name)], { env, encoding: 'utf8' });
      return /content-type: (\S+)/.exec(said)?.[1];
    };
    const samples = Object.fromEntries(bundledSamples().map(({ name, bytes }) => [name, bytes]));
    const damaged = samples['sample-damaged.s390']!;
    const healthy = samples['sample-healthy.vmcore']!;
    expect(typeOf('dump-without-ending', damaged)).toBe('application/x-s390-dump');
    expect(typeOf('vmcore', healthy)).toBe('application/x-linux-vmcore');
    expect(typeOf('damaged.kdump', Buffer.alloc(64, 1))).toBe('application/x-kdump');
    expect(typeOf('work.dumpbench.json', Buffer.from('{}'))).toBe('application/x-dumpbench+json');
    // A core of a process is no kernel's.
    expect(typeOf('core-of-a-process', Buffer.concat([healthy.subarray(0, 64), Buffer.alloc(8192)]))).toBe('application/x-core');
  });
});
