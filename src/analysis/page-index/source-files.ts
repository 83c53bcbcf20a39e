/** Which files an index was made from: of other files it says nothing for certain, however equal their headers and sampled pages are. */
import type { OpenedFile } from '../source/byte-source.ts';

/** A file of a dump as it was when the dump was opened. */
export type FileState = Pick<OpenedFile, 'device' | 'inode' | 'size' | 'mtimeNs' | 'ctimeNs'>;

/** How files came to be known: the index was made from them, or a sample of pages, or all pages, were compared with it. */
export const knownBy = ['made', 'sample', 'all'] as const;
export type KnownBy = (typeof knownBy)[number];

/** Files that were opened together. */
export interface FileSet {
  readonly how: KnownBy;
  readonly files: readonly FileState[];
}

const before = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** In the order of device and inode: a set may be opened by any of its files. */
export const inOrder = (files: readonly FileState[]): FileState[] => [...files].sort((a, b) => before(a.device, b.device) || before(a.inode, b.inode));

const sameFile = (a: FileState, b: FileState): boolean => a.device === b.device && a.inode === b.inode;
const sameState = (a: FileState, b: FileState): boolean => sameFile(a, b) && a.size === b.size && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs;

function agree(set: FileSet, files: readonly FileState[], same: (a: FileState, b: FileState) => boolean): boolean {
  const [known, now] = [inOrder(set.files), inOrder(files)];
  return (
    known.length === now.length &&
    known.every((one, at) => {
      const other = now[at];
      return other !== undefined && same(one, other);
    })
  );
}

/** The set of exactly these files, unchanged since. */
export const setOf = (sets: readonly FileSet[], files: readonly FileState[]): FileSet | undefined => sets.find((set) => agree(set, files, sameState));

/** True when the index was made from these very files, whatever became of them since. */
export const areSameFiles = (sets: readonly FileSet[], files: readonly FileState[]): boolean =>
  sets.some((set) => set.how === 'made' && agree(set, files, sameFile));
