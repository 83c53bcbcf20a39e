/** `gather`: which dumps are among files and in folders that a person chose together. What belongs together is one; nothing is unpacked to its end. */
import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { isSameFile } from '../../../files/same-file.ts';
import { pathBytes } from '../../../files/path-bytes.ts';
import { defined } from '../../../shared/defined.ts';
import { isDumpError } from '../../../shared/dump-error.ts';
import type { Gathered, GatherJson } from '../../../shared/gather-protocol.ts';
import type { DumpFormat, OpenContext } from '../../formats/dump-format.ts';
import { createPace } from '../../jobs/pace.ts';
import { paced } from '../../jobs/steps.ts';
import { folderFiles, isFolder, openFile, type FileSource } from '../../source/file-source.ts';
import { lookAtFile, type FileLook } from './file-look.ts';
import { sessionInSteps } from './session.ts';

/** Dumps that consist of several files: those of the same kind are asked which of them belong together. */
const ofSeveralFiles: ReadonlySet<string> = new Set<DumpFormat['id']>(['s390-mv', 's390-mv-ext', 'kdump-compressed']);

interface FoundSet {
  /** In the order of their numbers. */
  readonly parts: readonly string[];
  readonly isComplete: boolean;
}

/** The set that a file is of, with other files that were chosen and those in its folder; undefined for a dump in one file. @throws Cancelled */
async function setOf(path: string, chosen: readonly string[], signal: AbortSignal): Promise<FoundSet | undefined> {
  const opened: FileSource[] = [];
  const openOthers = (): readonly FileSource[] => others(path, chosen).flatMap((one) => openIfPossible(one) ?? []);
  let companions: readonly FileSource[] | undefined;
  try {
    const first = openIfPossible(path);
    if (first === undefined) return undefined;
    opened.push(first);
    const context: OpenContext = {
      // Most dumps are of one file: the hundreds that may lie next to each are opened for a set alone.
      companions() {
        if (companions !== undefined) return companions;
        companions = openOthers();
        for (const one of companions) opened.push(one);
        return companions;
      },
      inPart: true,
    };
    const { container } = (await paced(sessionInSteps(first, undefined, context), signal)).image;
    const parts = container.volumes?.map((volume) => volume.path);
    return parts === undefined ? undefined : { parts, isComplete: container.complete.value };
  } catch (error) {
    // Opening it says why.
    if (isDumpError(error)) return undefined;
    throw error;
  } finally {
    for (const one of opened) one.close();
  }
}

function openIfPossible(path: string): FileSource | undefined {
  try {
    return openFile(path, { cacheBlocks: 16, evidence: false });
  } catch (error) {
    if (isDumpError(error)) return undefined;
    throw error;
  }
}

/** Files that are looked at with one, those in its folder first: each once, under the name that was chosen. */
function others(path: string, chosen: readonly string[]): readonly string[] {
  const folder = dirname(path);
  const more = chosen.filter((one) => one !== path && !isSameFile(one, path));
  const near = folderFiles(folder).filter((one) => !isSameFile(one, path) && !more.some((other) => isSameFile(one, other)));
  return [...more.filter((one) => dirname(one) === folder), ...near, ...more.filter((one) => dirname(one) !== folder)];
}

function plain({ path, title, packedWith, bytes, folder }: FileLook): Gathered {
  return { path, title, bytes, ...defined({ packedWith, folder }) };
}

const sizeOf = (path: string): number => {
  const file = openFile(path, { cacheBlocks: 1, evidence: false });
  try {
    return file.size;
  } finally {
    file.close();
  }
};

/** What belongs together as one, in the order in which it was chosen. */
async function joined(looks: readonly FileLook[], signal: AbortSignal): Promise<Gathered[]> {
  const taken = new Set<string>();
  const dumps: Gathered[] = [];
  for (const look of looks) {
    if (taken.has(look.path)) continue;
    taken.add(look.path);
    const chosen = looks.filter(({ format }) => format !== undefined && format === look.format).map((one) => one.path);
    const set = look.format !== undefined && ofSeveralFiles.has(look.format) ? await setOf(look.path, chosen, signal) : undefined;
    if (set === undefined) {
      dumps.push(plain(look));
      continue;
    }
    const { parts, isComplete } = set;
    // A volume that was prepared and not needed leads to the others: they are the dump.
    const isOwn = parts.includes(look.path);
    if (!isOwn && parts.some((part) => taken.has(part))) continue;
    for (const part of parts) taken.add(part);
    const path = isOwn ? look.path : (parts[0] ?? look.path);
    dumps.push({ ...plain(look), path, parts: [...parts], isComplete, bytes: parts.reduce((sum, part) => sum + sizeOf(part), 0) });
  }
  return dumps;
}

interface FolderLook {
  readonly looks: readonly FileLook[];
  readonly about: GatherJson['folders'][number];
}

/** @throws DumpError io, Cancelled */
async function lookInto(folder: string, signal: AbortSignal): Promise<FolderLook> {
  const looks: FileLook[] = [];
  const paths = folderFiles(folder);
  const pace = createPace(signal);
  let noDumps = 0;
  let unreadable = 0;
  for (const path of paths) {
    await pace.breathe(() => undefined);
    try {
      const look = await lookAtFile(path, folder, signal);
      if (look === undefined) noDumps += 1;
      else looks.push(look);
    } catch (error) {
      if (!isDumpError(error)) throw error;
      unreadable += 1;
    }
  }
  const entries = readdirSync(pathBytes(folder), { withFileTypes: true });
  const unlisted = Math.max(0, entries.filter((entry) => entry.isFile()).length - paths.length);
  const folders = entries.filter((entry) => entry.isDirectory()).length;
  return { looks, about: { path: folder, files: paths.length, noDumps, unreadable, folders, unlisted } };
}

/** @throws DumpError io for a folder that cannot be listed, Cancelled */
export async function gatherDumps(paths: readonly string[], signal: AbortSignal): Promise<GatherJson> {
  const looks: FileLook[] = [];
  const unknown: string[] = [];
  const folders: GatherJson['folders'] = [];
  for (const path of paths) {
    if (isFolder(path)) {
      const found = await lookInto(path, signal);
      folders.push(found.about);
      for (const look of found.looks) looks.push(look);
      continue;
    }
    try {
      const look = await lookAtFile(path, undefined, signal);
      if (look === undefined) unknown.push(path);
      else looks.push(look);
    } catch (error) {
      if (!isDumpError(error)) throw error;
      unknown.push(path);
    }
  }
  return { dumps: await joined(looks, signal), others: unknown, folders };
}
