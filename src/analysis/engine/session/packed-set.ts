/**
 * Sets whose files are packed each on its own (dump.1.gz, dump.2.gz): those of the others that begin as a file of the same kind of set are unpacked
 * into the cache too. Which of them belong to the dump their headers say, as always.
 */
import { dirname, resolve } from 'node:path';
import type { DumpFormat } from '../../formats/dump-format.ts';
import { recognise } from '../../formats/index.ts';
import { paced } from '../../jobs/steps.ts';
import { sourceStream, unpacking } from '../../source/decompressor.ts';
import { folderFiles, openFile, type FileSource } from '../../source/file-source.ts';
import { memorySource } from '../../source/memory-source.ts';
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

/** One of the other files of a set, or a file that may be one. */
export interface SetFile {
  /** As it lies on disk. */
  readonly file: FileSource;
  /** Its contents under its own name: of a packed file those of the copy. */
  readonly source: FileSource;
  readonly packed?: { readonly wrapper: string; readonly copy: UnpackedCopy };
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

/** The format that the contents of a packed file begin as. No more than their first piece is unpacked. */
async function formatInside(path: string, wrapper: Wrapper, signal: AbortSignal): Promise<DumpFormat['id'] | undefined> {
  const file = openFile(path, { cacheBlocks: 2, evidence: false });
  try {
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    for await (const piece of unpacking(wrapper.name, path).stage(sourceStream(file))) {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes >= headBytes) break;
    }
    return (await paced(recognise(memorySource(path, Buffer.concat(pieces).subarray(0, headBytes))), signal))?.id;
  } finally {
    file.close();
  }
}

/** How many files of a set are unpacked: no dumper writes more. */
const mostParts = 64;

/** What a file that may be packed begins as; undefined for what is no dump, or cannot be read. @throws Cancelled */
async function formatOf(path: string, signal: AbortSignal): Promise<{ readonly format: DumpFormat['id']; readonly isPacked: boolean } | undefined> {
  try {
    const wrapper = packedAs(path);
    if (wrapper !== undefined) {
      const format = await formatInside(path, wrapper, signal);
      return format === undefined ? undefined : { format, isPacked: true };
    }
    const file = openFile(path, { cacheBlocks: 2, evidence: false });
    try {
      const format = (await paced(recognise(file), signal))?.id;
      return format === undefined ? undefined : { format, isPacked: false };
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

/** The other files in the folder of a dump that begin as this format, packed or not. @throws Cancelled */
export async function neighboursOf(path: string, format: string, signal: AbortSignal): Promise<Neighbours> {
  const paths: string[] = [];
  let isPacked = false;
  for (const one of folderFiles(dirname(path))) {
    if (resolve(one) === resolve(path)) continue;
    const found = await formatOf(one, signal);
    if (found?.format !== format) continue;
    paths.push(one);
    isPacked ||= found.isPacked;
    if (paths.length >= mostParts) break;
  }
  return { paths, isPacked };
}

/** Packed files of a folder that hold a dump. @throws Cancelled */
export async function packedDumps(paths: readonly string[], signal: AbortSignal): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of paths) if ((await formatOf(path, signal))?.isPacked === true) found.push(path);
  return found;
}

/**
 * The other files of a set, those that are packed as their copies. Whoever calls closes them.
 * @param keep copies that stay in the cache whatever is unpacked besides; those of these files are added to it
 * @throws DumpError, Cancelled
 */
export async function openSetFiles(paths: readonly string[], request: UnpackRequest, keep: string[], opened: SetFile[]): Promise<void> {
  const { signal, progress, cacheFolder } = request;
  for (const path of paths) {
    const wrapper = packedAs(path);
    const file = openFile(path);
    if (wrapper === undefined) {
      opened.push({ file, source: file });
      continue;
    }
    try {
      const copy = await unpackedFile(path, file, wrapper.name, { signal, progress, keep, ...defined({ folder: cacheFolder }) });
      keep.push(copy.path);
      opened.push({ file, source: { ...openFile(copy.path), name: path }, packed: { wrapper: wrapper.name, copy } });
    } catch (error) {
      file.close();
      throw error;
    }
  }
}
