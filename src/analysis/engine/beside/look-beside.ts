/** Looks into the folder of a dump, not below it and nowhere else: names first, then the beginning of the few files whose names fit. */
import { statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileHead, folderEntries, isThere } from '../../../files/folder-look.ts';
import { pathBytes } from '../../../files/path-bytes.ts';
import { steadyMilliseconds } from '../../../files/steady-clock.ts';
import type { BesideAnswer, BesideFile } from '../../../shared/beside-model.ts';
import { Cancelled } from '../../../shared/rpc.ts';
import type { Session } from '../session/session.ts';
import { knownFiles, knownFolders } from './beside-kinds.ts';
import { defined } from '../../../shared/defined.ts';

const mostEntries = 4096;
const mostLooks = 64;
const headBytes = 1 << 16;
/** A folder on a server that does not answer is given up. */
const mostMilliseconds = 3000;

/** The file that a name is of: of a member of an archive (FILE!MEMBER) the archive. */
function fileOnDisk(path: string): string | undefined {
  for (let name = path; ;) {
    try {
      return statSync(pathBytes(name)).isDirectory() ? undefined : name;
    } catch {
      const at = name.lastIndexOf('!');
      if (at <= 0) return undefined;
      name = name.slice(0, at);
    }
  }
}

async function lookAt(folder: string, name: string, isFolder: boolean): Promise<BesideFile | undefined> {
  const path = join(folder, name);
  if (isFolder) {
    const known = knownFolders.find(({ names }) => names.test(name));
    if (known === undefined) return undefined;
    for (const inside of known.holds) {
      if (await isThere(join(path, inside))) return { file: name, path, kind: known.kind, what: known.what, attach: 'hostFacts' };
    }
    return undefined;
  }
  const fitting = knownFiles.filter(({ names }) => names.test(name));
  const head = fitting.length === 0 ? undefined : await fileHead(path, headBytes);
  for (const { kind, attach, look } of head === undefined ? [] : fitting) {
    const what = head === undefined ? undefined : look(head);
    if (what !== undefined) return { file: name, path, kind, what, attach };
  }
  return undefined;
}

const fits = (name: string, isFolder: boolean): boolean => (isFolder ? knownFolders : knownFiles).some(({ names }) => names.test(name));

async function looked(folder: string, own: ReadonlySet<string>, until: number, found: BesideFile[], signal: AbortSignal): Promise<string | undefined> {
  const wanted: { readonly name: string; readonly isFolder: boolean }[] = [];
  let entries = 0;
  for await (const { name, kind } of folderEntries(folder)) {
    if (signal.aborted) throw new Cancelled();
    entries += 1;
    if (entries > mostEntries) return `the folder has more than ${mostEntries} entries: the others were not looked at`;
    if (steadyMilliseconds() > until) return `the folder answers slowly: only ${entries} of its entries were looked at`;
    const isFolder = kind === 'folder';
    // A name that is not UTF-8 is none of the known ones.
    if (kind !== 'other' && fits(name, isFolder) && !own.has(name)) wanted.push({ name, isFolder });
  }
  wanted.sort((one, other) => (one.name < other.name ? -1 : 1));
  for (const [at, { name, isFolder }] of wanted.entries()) {
    if (signal.aborted) throw new Cancelled();
    if (at >= mostLooks) return `of ${wanted.length} files with known names ${mostLooks} were looked into`;
    if (steadyMilliseconds() > until) return `the folder answers slowly: ${at} of ${wanted.length} files with known names were looked into`;
    const one = await lookAt(folder, name, isFolder);
    if (one !== undefined) found.push(one);
  }
  return undefined;
}

/** What lies next to the dump; none of it is used. @throws Cancelled */
export async function lookBeside(session: Session, signal: AbortSignal): Promise<BesideAnswer> {
  const file = fileOnDisk(session.file.name);
  if (file === undefined) return { files: [] };
  const folder = dirname(file);
  const own = new Set([file, ...(session.image.container.volumes ?? []).map(({ path }) => path)].map((path) => basename(path)));
  const found: BesideFile[] = [];
  const until = steadyMilliseconds() + mostMilliseconds;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`the folder did not answer within ${mostMilliseconds / 1000} s`), mostMilliseconds + 500);
  });
  try {
    const partly = await Promise.race([looked(folder, own, until, found, signal), late]);
    return { files: [...found], ...defined({ partly }) };
  } catch (error) {
    if (error instanceof Cancelled) throw error;
    // A folder that cannot be listed has nothing to offer.
    return { files: [], partly: 'the folder of the dump cannot be listed' };
  } finally {
    clearTimeout(timer);
  }
}
