/** Subjects of the screenshots: dumps of several kinds, real ones if available. */
import { chmodSync, copyFileSync, mkdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { bundledSamples } from '../../../src/samples/bundled.ts';
import { dumpFile, haveDump } from '../../dumps.ts';
import { sparseDump } from '../sparse-dump.ts';

export interface Subject {
  readonly id: string;
  /** Dumps on which the window is started; the last one is in front. */
  readonly paths: (folder: string) => Promise<readonly string[]>;
  /** Views of these dumps; by default all in the rail. An empty list means the window as it starts. */
  readonly views?: readonly string[];
}

const named =
  (...names: readonly string[]) =>
  (): Promise<readonly string[]> =>
    Promise.all(names.map(dumpFile));

function written(folder: string, name: string, write: (path: string) => void): readonly string[] {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  write(path);
  return [path];
}

/** The first available one, otherwise the bundled sample whose name contains the words. */
function firstOf(names: readonly string[], sample: string): Subject['paths'] {
  const here = names.find((name) => haveDump(name));
  if (here !== undefined) return named(here);
  return (folder) => {
    const found = bundledSamples().find(({ name }) => name.includes(sample));
    if (found === undefined) throw new Error(`no bundled sample is called ${sample}`);
    return Promise.resolve(written(folder, found.name, (path) => writeFileSync(path, found.bytes)));
  };
}

/** The first two thirds of a dump, as left by a full disk. */
async function cutShort(folder: string): Promise<readonly string[]> {
  const [whole = ''] = await firstOf(['o-s390-s3-vmcore.elf', 'o-small-s5-qemu.elf'], 'healthy')(folder);
  return written(folder, `cut-${basename(whole)}`, (path) => {
    copyFileSync(whole, path);
    chmodSync(path, 0o600);
    truncateSync(path, Math.floor((statSync(path).size * 2) / 3));
  });
}

/** Two moments of one system if available, otherwise dumps of two systems. */
const pair = [
  ['o-s390-s1-qemu.elf', 'o-s390-s2-qemu.elf'],
  ['c-slab-redzone.kdump', 'c-null-kthread.kdump'],
].find((names) => haveDump(...names));

export const subjects: readonly Subject[] = [
  { id: 's390x', paths: firstOf(['c-null-kthread.kdump'], 'healthy') },
  { id: 's390x-whole', paths: firstOf(['o-s390-s1-qemu.elf', 'o-small-s5-qemu.elf'], 'healthy') },
  { id: 'x86', paths: firstOf(['c-x86-null.kdump', 'o-x86-x1-kdump-raw-d31'], 'healthy') },
  { id: 'aarch64', paths: firstOf(['o-a64-a1-qemu.elf'], 'healthy') },
  { id: 'cut', paths: cutShort },
  { id: 'broken', paths: firstOf(['o-s390-s6-kdump-overwritten.elf', 'o-small-s7-truncated.s390'], 'damaged') },
  { id: 'huge', paths: (folder) => Promise.resolve(written(folder, 'tebibyte.s390', sparseDump)) },
  ...(pair === undefined ? [] : [{ id: 'pair', paths: named(...pair), views: ['compare'] }]),
  { id: 'nothing', paths: () => Promise.resolve([]), views: [] },
  {
    id: 'refused',
    paths: (folder) => Promise.resolve(written(folder, 'no-dump.bin', (path) => writeFileSync(path, 'not a dump, whatever its name says\n'.repeat(400)))),
    views: [],
  },
];
