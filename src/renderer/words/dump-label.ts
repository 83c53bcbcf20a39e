/** Labels for dumps in lists of several: the file name, and the folder if files have the same name. */
import type { OpenDump } from '../state/open-dump.ts';

export interface DumpLabel {
  readonly name: string;
  /** The folders that distinguish it from a dump of the same name: as few as necessary, from the file upwards. */
  readonly folder?: string;
}

type Named = Pick<OpenDump, 'key' | 'path' | 'name'>;

const foldersOf = (path: string): readonly string[] => path.split(/[\\/]/).slice(0, -1);

/** By key. */
export function dumpLabels(dumps: readonly Named[]): ReadonlyMap<string, DumpLabel> {
  const labels = new Map<string, DumpLabel>();
  for (const [name, alike] of Map.groupBy(dumps, (dump) => dump.name)) {
    alike.forEach((dump, index) => {
      // One file that is open in several ways: nothing in its path distinguishes them.
      const twins = alike.filter(({ path }) => path === dump.path);
      const own = twins.length === 1 ? name : `${name} (${twins.indexOf(dump) + 1})`;
      const others = alike.filter(({ path }, other) => other !== index && path !== dump.path);
      labels.set(dump.key, others.length === 0 ? { name: own } : { name: own, folder: tellingFolder(dump, others) });
    });
  }
  return labels;
}

function tellingFolder({ path }: Named, others: readonly Named[]): string {
  const folders = foldersOf(path);
  const last = (of: readonly string[], count: number): string => of.slice(Math.max(0, of.length - count)).join('/');
  let count = 1;
  while (count < folders.length && others.some((other) => last(foldersOf(other.path), count) === last(folders, count))) count += 1;
  const text = last(folders, count);
  return text === '' ? '/' : text;
}

/** As one text: "vmcore (host1)". */
export const labelText = ({ name, folder }: DumpLabel): string => (folder === undefined ? name : `${name} (${folder})`);
