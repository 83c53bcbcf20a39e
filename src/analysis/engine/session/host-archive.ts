/** Reads the few files that are wanted of an archive of a running system, or of the folder that it was unpacked to. Nothing is unpacked to a disk. */
import { realpathSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { givenPieces } from '../../../files/given-file.ts';
import { pathBytes } from '../../../files/path-bytes.ts';
import { DumpError, isDumpError } from '../../../shared/dump-error.ts';
import { Cancelled } from '../../../shared/rpc.ts';
import { factsOfHost, hostFiles, mostHostFileBytes, type HostFacts, type HostFile } from '../../kernel/given/host-facts.ts';
import { archiveMembers, unpacksToNothing } from '../../source/archive-members.ts';
import type { ByteSource } from '../../source/byte-source.ts';
import { isFolder, openFile } from '../../source/file-source.ts';

/** Of an archive, unpacked: a report of sos has some GiB at most. */
const mostArchiveBytes = 16 * 1024 ** 3;
const expected = 'an archive of dbginfo.sh or sos report, or the folder that it was unpacked to';

/** The beginning of a stream as text. */
async function beginning(pieces: AsyncIterable<Uint8Array>, most: number): Promise<string> {
  const kept: Buffer[] = [];
  let bytes = 0;
  for await (const piece of pieces) {
    kept.push(Buffer.from(piece.subarray(0, most - bytes)));
    bytes += piece.length;
    if (bytes >= most) break;
  }
  return Buffer.concat(kept).toString('latin1');
}

/** Which of the wanted files a member is: its name counts from the archive's own folder on. */
function wantedName(name: string): HostFile | undefined {
  const path = name.replace(/^(?:\.\/)+/, '');
  const inside = path.slice(path.indexOf('/') + 1);
  return hostFiles.find((one) => one === inside || one === path);
}

/** A packed archive that was cut short is one, and no longer says so. */
async function noArchive(path: string, source: ByteSource): Promise<DumpError> {
  const broken = await unpacksToNothing(source);
  if (broken === undefined) return new DumpError('not-this-format', { file: path, offset: 0 }, 'it is not an archive', expected);
  const { wrapper, kind } = broken;
  if (kind === 'damaged') return new DumpError('corrupt', { file: path }, `the ${wrapper} data are damaged before any of them can be unpacked`, expected);
  const where = { file: path, offset: source.size };
  return new DumpError('truncated', where, `the ${wrapper} file is cut off before any of it can be unpacked`, `the whole file: ${expected}`);
}

async function fromArchive(path: string, signal: AbortSignal): Promise<Map<HostFile, string>> {
  const texts = new Map<HostFile, string>();
  const source = openFile(path, { cacheBlocks: 4 });
  try {
    const archive = await archiveMembers(source);
    if (archive === undefined) throw await noArchive(path, source);
    for await (const member of archive.members) {
      if (signal.aborted) throw new Cancelled();
      const wanted = wantedName(member.name);
      if (wanted !== undefined && member.kind === 'file' && member.closed === undefined && !texts.has(wanted))
        texts.set(wanted, await beginning(member.contents(), mostHostFileBytes(wanted)));
      if (texts.size === hostFiles.length || member.at > mostArchiveBytes) break;
    }
  } finally {
    source.close();
  }
  return texts;
}

/** A link that leads out of the folder is not followed: it would show a file of this machine as one of the other. */
function isWithin(folder: string, path: string): boolean {
  try {
    return realpathSync(pathBytes(path), 'utf8').startsWith(realpathSync(pathBytes(folder), 'utf8') + sep);
  } catch {
    return false;
  }
}

function fromFolder(folder: string): Map<HostFile, string> {
  const texts = new Map<HostFile, string>();
  for (const name of hostFiles) {
    const path = join(folder, name);
    if (!isWithin(folder, path)) continue;
    try {
      const most = mostHostFileBytes(name);
      const pieces: Buffer[] = [];
      let bytes = 0;
      for (const piece of givenPieces(path, { what: 'a file of the archive', most: 1024 ** 3 })) {
        pieces.push(piece);
        bytes += piece.length;
        if (bytes >= most) break;
      }
      texts.set(name, Buffer.concat(pieces).subarray(0, most).toString('latin1'));
    } catch (error) {
      // A file that cannot be read is one that is not there.
      if (!isDumpError(error)) throw error;
    }
  }
  return texts;
}

/** @throws DumpError for what is no such archive, or cannot be read; Cancelled */
export async function readHostArchive(path: string, signal: AbortSignal): Promise<HostFacts> {
  const isUnpacked = isFolder(path);
  const texts = isUnpacked ? fromFolder(path) : await fromArchive(path, signal);
  const facts = factsOfHost(basename(path), texts);
  if (facts !== undefined) return facts;
  throw new DumpError(
    'not-this-format',
    { file: path },
    `${isUnpacked ? 'it is a directory' : 'it is an archive'} in which none of the files that say which system it is of could be read`,
    expected,
  );
}
