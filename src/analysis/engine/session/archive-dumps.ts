/** The dumps in an archive: which there are, which of them a person means, and how one is unpacked. */
import { basename, join, posix, resolve } from 'node:path';
import { readArchiveList, writeArchiveList, type ArchivedDump, type ArchiveList } from '../../../files/archive-list.ts';
import { partFolder } from '../../../files/cache-folder.ts';
import { fileSystemType, isFresh, whyNoChangeTime } from '../../../files/change-time.ts';
import { SeveralDumps, DumpError } from '../../../shared/dump-error.ts';
import { Cancelled } from '../../../shared/rpc.ts';
import { visibleLine } from '../../../shared/visible-text.ts';
import { readKdumpHeader } from '../../formats/kdump-header.ts';
import { recognise } from '../../formats/index.ts';
import type { DumpFormat } from '../../formats/dump-format.ts';
import { paced } from '../../jobs/steps.ts';
import { archiveLeaves, type ArchiveLeaf } from '../../source/archive-leaves.ts';
import { archiveMembers, peel } from '../../source/archive-members.ts';
import type { ByteSource } from '../../source/byte-source.ts';
import type { FileSource } from '../../source/file-source.ts';
import { memorySource } from '../../source/memory-source.ts';
import { PieceCursor } from '../../source/piece-cursor.ts';
import { seekablePieces } from '../../source/source-stream.ts';
import type { UnpackEnd } from '../../source/unpack-end.ts';
import { isCase } from '../../formats/dumpcase-layout.ts';
import { wrapperOf } from '../../source/wrapper.ts';
import { copyKey, type UnpackOptions } from './unpacked-file.ts';
import { defined } from '../../../shared/defined.ts';

/** Dumps that are listed; an archive of more is none that anybody chooses from. */
const mostDumps = 4096;
const shownOthers = 8;
const shownClosed = 64;

/** A source that says how far it was read, and reads no more once a signal came. */
function watched(source: FileSource, { signal, progress }: UnpackOptions, about: string): ByteSource {
  let far = 0;
  return {
    ...source,
    readInto(offset, target) {
      if (signal.aborted) throw new Cancelled();
      const got = source.readInto(offset, target);
      if (offset + got > far) {
        far = offset + got;
        progress({ phase: 'list', about, done: far, total: source.size, unit: 'bytes' });
      }
      return got;
    },
  };
}

const setFormats: ReadonlySet<string> = new Set(['s390-mv', 's390-mv-ext']);

/** Whether a dump is one file of several, by its first bytes. */
function isPartOfSet(format: DumpFormat['id'], head: Buffer, name: string): boolean {
  if (setFormats.has(format)) return true;
  if (format !== 'kdump-compressed') return false;
  try {
    return readKdumpHeader(memorySource(name, head)).split !== undefined;
  } catch {
    // Cut, or with blocks larger than what was read.
    return false;
  }
}

const troubleText = (end: UnpackEnd): string | undefined => {
  if (end.kind !== 'cut' && end.kind !== 'damaged') return undefined;
  const layer = end.layer === undefined ? '' : `the ${end.layer.name} data `;
  const place = `byte 0x${end.at.toString(16)}${end.layer?.isFile === false ? ' of what is in it' : ''}`;
  return end.kind === 'cut' ? `${layer}are cut within what begins at ${place}` : `${layer}are damaged starting at ${place} (${end.what})`;
};

/** Goes through an archive. @returns undefined for a file that is none @throws DumpError io, Cancelled */
async function gothrough(file: FileSource, options: UnpackOptions): Promise<ArchiveList | undefined> {
  const faults: string[] = [];
  const source = watched(file, options, basename(file.name));
  const reading = await archiveMembers(source, ({ why, offset }) => faults.push(`${why} at byte 0x${offset.toString(16)}`));
  if (reading === undefined) return undefined;
  const dumps: ArchivedDump[] = [];
  const closed: { name: string; why: string }[] = [];
  const others: string[] = [];
  let count = 0;
  const leaves = archiveLeaves(reading.members, file.name);
  for (;;) {
    const next = await leaves.next();
    if (next.done === true) {
      const trouble = faults[0] ?? troubleText(next.value);
      return {
        version: 1,
        path: resolve(file.name),
        kind: reading.kind,
        wrappers: [...reading.wrappers],
        count,
        dumps,
        closed,
        others,
        ...defined({ trouble }),
      };
    }
    count += 1;
    const leaf = next.value;
    if (options.signal.aborted) throw new Cancelled();
    const found = leaf.head.length === 0 ? undefined : await paced(recognise(memorySource(file.name, leaf.head)), options.signal);
    if (found !== undefined && dumps.length < mostDumps) dumps.push(asDump(leaf, found, file.name));
    else if (leaf.closed !== undefined && closed.length < shownClosed) closed.push({ name: leaf.names.join('!'), why: leaf.closed });
    else if (leaf.kind === 'file' && others.length < shownOthers) others.push(leaf.names.join('!'));
  }
}

const asDump = ({ numbers, names, wrappers, head, bytes }: ArchiveLeaf, { id, title }: DumpFormat, file: string): ArchivedDump => ({
  numbers: [...numbers],
  names: [...names],
  format: id,
  title,
  isPart: isPartOfSet(id, head, file),
  wrappers: [...wrappers],
  ...defined({ bytes }),
});

const nowNs = (): bigint => BigInt(Date.now()) * 1_000_000n;

/**
 * What is in an archive, from the cache where its times show that it did not change since it was gone through.
 * @returns undefined for a file that is not an archive
 * @throws DumpError io, Cancelled
 */
export async function archiveList(file: FileSource, options: UnpackOptions): Promise<ArchiveList | undefined> {
  const name = `${copyKey(file)}.list`;
  const path = join(options.folder ?? partFolder('unpacked', name), name);
  const isDated = !isFresh(file.file, nowNs()) && whyNoChangeTime(file.file, fileSystemType(file.name), nowNs()) === undefined;
  const known = isDated ? readArchiveList(path) : undefined;
  if (known?.path === resolve(file.name)) return known;
  const list = await gothrough(file, options);
  if (list !== undefined && isDated && file.faults().length === 0) writeArchiveList(path, list);
  return list;
}

/** "a tar archive packed with xz". */
const holderText = ({ kind, wrappers }: ArchiveList): string =>
  `a ${kind} archive${wrappers.length === 0 ? '' : ` packed with ${wrappers.toReversed().join(' and ')}`}`;

const fullName = ({ names }: ArchivedDump): string => names.join('!');

/** What a person calls each of the dumps after `FILE!`: its name, or its number where the name is not the only one or cannot be typed. */
export function memberNames(dumps: readonly ArchivedDump[]): readonly string[] {
  const counts = Map.groupBy(dumps, fullName);
  return dumps.map((dump) => {
    const name = fullName(dump);
    return counts.get(name)?.length === 1 && visibleLine(name) === name ? name : dump.numbers.map((number) => `#${number}`).join('!');
  });
}

const plainName = (name: string): string => name.replace(/^(?:\.\/)+/, '');

/** The dumps that a person may mean: by number, by name, by the end of a name. */
export function namedDumps(dumps: readonly ArchivedDump[], wanted: string): readonly ArchivedDump[] {
  const names = memberNames(dumps);
  const exact = dumps.filter((dump, at) => names[at] === wanted || fullName(dump) === wanted || visibleLine(fullName(dump)) === wanted);
  if (exact.length > 0) return exact;
  const numbered = dumps.filter((dump) => dump.numbers.map((number) => `#${number}`).join('!') === wanted);
  if (numbered.length > 0) return numbered;
  const plain = plainName(wanted);
  const same = dumps.filter((dump) => plainName(fullName(dump)) === plain);
  return same.length > 0 ? same : dumps.filter((dump) => fullName(dump).endsWith(`/${plain}`) || fullName(dump).endsWith(`!${plain}`));
}

/** @throws DumpError unsupported, with what there is to choose from */
export function severalDumps(file: string, list: ArchiveList, dumps: readonly ArchivedDump[]): SeveralDumps {
  const names = memberNames(list.dumps);
  return new SeveralDumps(
    { file },
    {
      holder: holderText(list),
      choices: dumps.map((dump) => {
        const member = names[list.dumps.indexOf(dump)] ?? fullName(dump);
        return { member, title: dump.title, ...(member === fullName(dump) ? {} : { name: fullName(dump) }), bytes: dump.bytes ?? 0 };
      }),
    },
  );
}

/** Why nothing in an archive can be opened. */
export function noDump(file: string, list: ArchiveList): DumpError {
  const { closed, others, count, trouble } = list;
  const [shut] = closed;
  const has = others.length === 0 ? '' : `: ${others.map(visibleLine).join(', ')}${count > others.length ? `, and ${count - others.length} more` : ''}`;
  const shutText = shut === undefined ? '' : `; its member ${shut.name} cannot be unpacked: ${shut.why}`;
  const why = trouble === undefined ? '' : `; ${trouble}`;
  const kind = shut !== undefined ? 'unsupported' : trouble === undefined ? 'not-this-format' : 'corrupt';
  return new DumpError(kind, { file }, `${holderText(list)} with ${count} members and no dump${has}${shutText}${why}`, 'an archive with a dump');
}

/** The files that may be of the same set as one: of its kind, and in its folder. */
export const setOfDump = (dumps: readonly ArchivedDump[], one: ArchivedDump): readonly ArchivedDump[] =>
  one.isPart ? dumps.filter((other) => other !== one && other.isPart && other.format === one.format && folderOf(other) === folderOf(one)) : [];

const folderOf = ({ names }: ArchivedDump): string => [...names.slice(0, -1), posix.dirname(plainName(names.at(-1) ?? ''))].join('!');

/** @throws nothing; the error for a member that no dump is called */
export function noMember(file: string, list: ArchiveList, member: string): DumpError {
  const shut = list.closed.find(({ name }) => name === member);
  if (shut !== undefined)
    return new DumpError(
      'unsupported',
      { file },
      `its member ${member} cannot be unpacked: ${shut.why}`,
      'a member that is not encrypted, and is stored, deflated, or packed with zstd',
    );
  const names = memberNames(list.dumps).slice(0, shownOthers);
  const more = list.dumps.length > names.length ? `, and ${list.dumps.length - names.length} more` : '';
  return new DumpError('absent', { file }, `${holderText(list)} without a dump called ${member}`, `one of its dumps: ${names.join(', ')}${more}`);
}

/** Whether a file may be an archive: by its first bytes, and those of what it unpacks to. What cannot be read is reported when it is opened. */
export async function mayBeArchive(file: FileSource): Promise<boolean> {
  const head = new Uint8Array(Math.min(512, file.size));
  file.readInto(0, head);
  const wrapper = wrapperOf(head);
  // A capsule is a zip archive that is a dump itself.
  if (wrapper === undefined || isCase(head)) return false;
  if (!wrapper.opens) return wrapper.name === 'tar' || wrapper.name === 'zip';
  const { pieces, seek } = seekablePieces(file, () => undefined);
  const peeled = await peel(new PieceCursor(pieces, seek), file.name, true);
  await peeled.cursor.close();
  return peeled.archive !== undefined;
}
