/**
 * Sets whose files are packed each on its own (dump.1.gz, dump.2.gz): those of the others that begin as a file of the same kind of set are unpacked
 * into the cache too. Which of them belong to the dump their headers say, as always.
 */
import { dirname } from 'node:path';
import { isSameFile } from '../../../files/same-file.ts';
import type { DumpFormat } from '../../formats/dump-format.ts';
import { recognise } from '../../formats/index.ts';
import { paced } from '../../jobs/steps.ts';
import { folderFiles, openFile, type FileSource } from '../../source/file-source.ts';
import { memorySource } from '../../source/memory-source.ts';
import { restAfter, shortenedSource } from '../../source/shortened-source.ts';
import { unpackedHead } from '../../source/unpacked-head.ts';
import { wholePacking, type Packing } from '../../source/packing.ts';
import { wrapperOf, type Wrapper } from '../../source/wrapper.ts';
import { isDumpError } from '../../../shared/dump-error.ts';
import { defined } from '../../../shared/defined.ts';
import type { ScanProgress } from '../../../shared/engine-protocol.ts';
import { unpackedFile, type UnpackedCopy } from './unpacked-file.ts';

/** What unpacking needs of a request to open a dump. */
export interface UnpackRequest {
  readonly signal: AbortSignal;
  readonly progress: (value: ScanProgress) => void;
  /** Instead of the user's cache folder. */
  readonly cacheFolder?: string;
}

/** Where a file of a dump lies: on disk, or as a member of an archive on disk. */
export interface DumpPlace {
  /** Of the file on disk. */
  readonly path: string;
  /** As messages name it: with the member, where it is one. */
  readonly name: string;
  /** How it is got out of the file; undefined for one that is not packed. */
  readonly packing: ((file: FileSource) => Packing) | undefined;
}

/** A file on disk as it is. */
export function placeOf(path: string): DumpPlace {
  const wrapper = packedAs(path);
  return { path, name: path, packing: wrapper === undefined ? undefined : () => wholePacking(wrapper, path) };
}

/** One of the other files of a set, or a file that may be one. */
export interface SetFile {
  readonly name: string;
  /** As it lies on disk. */
  readonly file: FileSource;
  /** Its contents under its own name: of a packed file those of the copy. */
  readonly source: FileSource;
  readonly packed?: { readonly packing: Packing; readonly copy: UnpackedCopy };
}

/** A wrapper that is opened through a cache, or undefined for any other file. */
export function packedAs(path: string): Wrapper | undefined {
  const file = openFile(path, { cacheBlocks: 1, evidence: false });
  try {
    const head = new Uint8Array(Math.min(512, file.size));
    file.readInto(0, head);
    const wrapper = wrapperOf(head);
    return wrapper?.opens === true ? wrapper : undefined;
  } finally {
    file.close();
  }
}

const headBytes = 4096;

/** What a file begins as; `unreadable` where its disk does not let anybody know. */
type Beginning = { readonly format: DumpFormat['id']; readonly isPacked: boolean } | 'unreadable';

/** What the contents of a packed file begin as. No more than their first piece is unpacked. */
async function beginningInside(path: string, wrapper: Wrapper, signal: AbortSignal): Promise<Beginning | undefined> {
  const file = openFile(path, { cacheBlocks: 2, evidence: false });
  try {
    const head = await unpackedHead(file, path, wrapper, headBytes);
    if (head.length < headBytes && file.faults().length > 0) return 'unreadable';
    const format = (await paced(recognise(memorySource(path, head)), signal))?.id;
    return format === undefined ? undefined : { format, isPacked: true };
  } finally {
    file.close();
  }
}

/** How many files of a set are unpacked: no dumper writes more. */
const mostParts = 64;

/** What a file that may be packed begins as; undefined for what is not a dump, or cannot be read. @throws Cancelled */
async function beginningOf(path: string, signal: AbortSignal): Promise<Beginning | undefined> {
  try {
    const wrapper = packedAs(path);
    if (wrapper !== undefined) return await beginningInside(path, wrapper, signal);
    const file = openFile(path, { cacheBlocks: 2, evidence: false });
    try {
      const format = (await paced(recognise(file), signal))?.id;
      if (format !== undefined) return { format, isPacked: false };
      return file.faults().length > 0 ? 'unreadable' : undefined;
    } finally {
      file.close();
    }
  } catch (error) {
    // Next to a dump lies what nobody asked for.
    if (isDumpError(error)) return undefined;
    throw error;
  }
}

export interface Neighbours {
  readonly paths: readonly string[];
  /** Whether one of them is packed. */
  readonly isPacked: boolean;
}

/** The other files in the folder of a dump that begin as this format, packed or not, and those of which the disk does not say it. @throws Cancelled */
export async function neighboursOf(path: string, format: string, signal: AbortSignal): Promise<Neighbours> {
  const paths: string[] = [];
  let isPacked = false;
  for (const one of folderFiles(dirname(path))) {
    if (isSameFile(one, path)) continue;
    const found = await beginningOf(one, signal);
    if (found !== 'unreadable' && found?.format !== format) continue;
    paths.push(one);
    isPacked ||= found !== 'unreadable' && found.isPacked;
    if (paths.length >= mostParts) break;
  }
  return { paths, isPacked };
}

/** Packed files of a folder that hold a dump. @throws Cancelled */
export async function packedDumps(paths: readonly string[], signal: AbortSignal): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const begins = await beginningOf(path, signal);
    if (typeof begins === 'object' && begins.isPacked) found.push(path);
  }
  return found;
}

/**
 * Files of a set, those that are packed as their copies. Whoever calls closes them.
 * @param keep copies that stay in the cache whatever is unpacked besides; those of these files are added to it
 * @param isOther whether they are looked at as the other files: one whose disk gives nothing to unpack is among them as it is, so that it is named
 * @throws DumpError, Cancelled
 */
export async function openSetFiles(places: readonly DumpPlace[], request: UnpackRequest, keep: string[], opened: SetFile[], isOther = true): Promise<void> {
  const { signal, progress, cacheFolder } = request;
  for (const { path, name, packing: packingOf } of places) {
    const file = openFile(path);
    if (packingOf === undefined) {
      opened.push({ name, file, source: file });
      continue;
    }
    try {
      const packing = packingOf(file);
      const copy = await unpackedFile(path, file, packing, { signal, progress, keep, ...defined({ folder: cacheFolder }) });
      keep.push(copy.path);
      const source = { ...shortenedSource(openFile(copy.path, { isCopy: true }), restAfter(copy.end, file)), name };
      opened.push({ name, file, source, packed: { packing, copy } });
    } catch (error) {
      if (isOther && isDumpError(error) && error.kind === 'io' && file.faults().length > 0) {
        opened.push({ name, file, source: file });
        continue;
      }
      file.close();
      throw error;
    }
  }
}
