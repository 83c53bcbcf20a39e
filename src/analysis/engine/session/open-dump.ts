/** Opens what a person names: a dump, one file of a set, a folder with a set, or a dump that is packed. */
import type { ArchivedDump, ArchiveList } from '../../../files/archive-list.ts';
import { removeCopy } from '../../../files/copy-record.ts';
import { memberPath } from '../../../files/member-path.ts';
import { steadyMilliseconds } from '../../../files/steady-clock.ts';
import { defined } from '../../../shared/defined.ts';
import { DumpError, isDumpError } from '../../../shared/dump-error.ts';
import { byteText } from '../../../shared/units.ts';
import type { GivenMachine } from '../../formats/dump-format.ts';
import { recognise } from '../../formats/index.ts';
import { paced } from '../../jobs/steps.ts';
import { folderFiles, isFolder, openFile } from '../../source/file-source.ts';
import { memberPacking } from '../../source/member-packing.ts';
import { archiveList, mayBeArchive, memberNames, namedDumps, noDump, noMember, setOfDump, severalDumps } from './archive-dumps.ts';
import { neighboursOf, openSetFiles, packedAs, packedDumps, placeOf, type DumpPlace, type SetFile, type UnpackRequest } from './packed-set.ts';
import { assertUsed, openSessionInSteps, sessionInSteps, type Session } from './session.ts';
import type { UnpackedCopy } from './unpacked-file.ts';

const progressMilliseconds = 100;

export interface OpenRequest extends UnpackRequest {
  readonly path: string;
  /** The other files of a set; without them, those in the same folder are looked at. */
  readonly volumes?: readonly string[];
  /** What its headers do not say. */
  readonly given?: GivenMachine;
  /** First facts are wanted: the session may rest on a part of the headers (`DumpImage.partial`). */
  readonly inPart?: boolean;
}

/** One packed file alone. */
async function openPacked(place: DumpPlace, request: OpenRequest, isAgain = false): Promise<Session> {
  const { signal, given = {} } = request;
  const { path, name } = place;
  const own: SetFile[] = [];
  const close = (): void => {
    closeAll(own);
  };
  let copied: UnpackedCopy | undefined;
  try {
    await openSetFiles([place], request, [], own, false);
    const [first] = own;
    if (first?.packed === undefined) throw new DumpError('absent', { file: name }, 'the file is not there', 'a dump');
    const { file: packed, source: copy } = first;
    const { packing, copy: unpacked } = first.packed;
    copied = unpacked;
    const { rest } = copy;
    const { end } = unpacked;
    if ((end.kind === 'cut' || end.kind === 'damaged') && (await paced(recognise(copy), signal)) === undefined)
      throw end.kind === 'cut'
        ? new DumpError(
            'truncated',
            { file: name },
            `the ${packing.name} data end after ${byteText(copy.size)} of contents, too early to tell what they are`,
            'the whole file',
          )
        : new DumpError(
            'corrupt',
            { file: name, ...(end.layer?.isFile === false ? {} : { offset: end.at }) },
            `the ${packing.name} data are damaged from there onwards (${end.what}), and the ${byteText(copy.size)} that were unpacked are not a dump`,
            `a sound ${packing.name} file`,
          );
    const opening = sessionInSteps(
      copy,
      close,
      { ...given, companions: () => [] },
      {
        file: packed,
        name,
        faults: () => [...packed.faults(), ...copy.faults()],
        states: () => [packed.file],
        assertUnchanged: () => {
          for (const file of [packed, copy]) file.assertUnchanged();
        },
        packing,
        unpacked: { ...unpacked, source: copy },
        location: { path: unpacked.path, volumes: [], name, ...given, ...(rest === undefined ? {} : { rests: { [unpacked.path]: rest } }) },
      },
    );
    return await paced(opening, signal);
  } catch (error) {
    close();
    if (copied === undefined || !isDumpError(error)) throw error;
    if (copied.end.kind === 'unread')
      throw new DumpError(
        'io',
        { file: path, offset: copied.end.at },
        `${copied.end.why}; what was unpacked before is not enough to open the dump (${error.what})`,
        'a readable dump file',
      );
    if (copied.how === 'made' || isAgain || error.kind !== 'io') throw error;
    // The disk of the cache does not give the beginning of an earlier copy: that is not a fault of the dump.
    removeCopy(copied.path);
    return openPacked(place, request, true);
  }
}

function closeAll(files: readonly SetFile[]): void {
  for (const one of files) {
    one.file.close();
    if (one.packed !== undefined) one.source.close();
  }
}

/** A set of which files are packed. @param others the other files, whether all of them belong to it or not */
async function openPackedSet(place: DumpPlace, request: OpenRequest, others: readonly DumpPlace[]): Promise<Session> {
  const { volumes = [], signal, given = {} } = request;
  const { name } = place;
  const own: SetFile[] = [];
  const opened: SetFile[] = [];
  const close = (): void => {
    closeAll([...own, ...opened]);
  };
  try {
    const keep: string[] = [];
    await openSetFiles([place], request, keep, own, false);
    await openSetFiles(others, request, keep, opened);
    const [first] = own;
    if (first === undefined) throw new DumpError('absent', { file: name }, 'the file is not there', 'a dump');
    let used: readonly SetFile[] = [first];
    const pathOf = ({ file, packed }: SetFile): string => packed?.copy.path ?? file.name;
    const session = await paced(
      sessionInSteps(
        first.source,
        close,
        { ...given, companions: () => opened.map(({ source }) => source), named: volumes.length > 0 },
        {
          file: first.file,
          name,
          faults: () => used.flatMap(({ file, source, packed }) => [...file.faults(), ...(packed === undefined ? [] : source.faults())]),
          states: () => used.map(({ file }) => file.file),
          assertUnchanged: () => {
            for (const { file, source, packed } of used) for (const one of packed === undefined ? [file] : [file, source]) one.assertUnchanged();
          },
          ...(first.packed === undefined ? {} : { packing: first.packed.packing, unpacked: { ...first.packed.copy, source: first.source } }),
          packedParts: opened.flatMap((one) =>
            one.packed === undefined
              ? []
              : [{ packing: one.packed.packing, name: one.name, file: one.file, unpacked: { ...one.packed.copy, source: one.source } }],
          ),
          location: {
            path: pathOf(first),
            name,
            volumes: opened.map(pathOf),
            volumeNames: Object.fromEntries(opened.map((one) => [pathOf(one), one.name])),
            rests: Object.fromEntries([first, ...opened].flatMap((one) => (one.source.rest === undefined ? [] : [[pathOf(one), one.source.rest]]))),
            ...given,
          },
        },
      ),
      signal,
    );
    const parts = new Set((session.image.container.volumes ?? []).map((volume) => volume.path));
    used = [first, ...opened.filter((one) => parts.has(one.name))];
    assertUsed(session, volumes);
    return session;
  } catch (error) {
    close();
    throw error;
  }
}

/** A file of a set that lacks others: where some of those in its folder are packed, the set that they make. */
async function withPackedNeighbours(session: Session, request: OpenRequest): Promise<Session> {
  const { format, container } = session.image;
  if (container.volumes === undefined || container.complete.value) return session;
  try {
    const { paths, isPacked } = await neighboursOf(request.path, format, request.signal);
    if (!isPacked && (session.packing === undefined || paths.length === 0)) return session;
    session.close();
    return await openPackedSet(placeOf(request.path), request, paths.map(placeOf));
  } catch (error) {
    session.close();
    throw error;
  }
}

/** The one dump or set in a folder; files that are not dumps do not matter. */
async function openFolder(folder: string, request: OpenRequest): Promise<Session> {
  const { volumes, given, signal } = request;
  const unreadable: DumpError[] = [];
  const dumps: string[] = [];
  for (const path of folderFiles(folder)) {
    try {
      const file = openFile(path, { cacheBlocks: 2, evidence: false });
      try {
        if ((await paced(recognise(file), signal)) !== undefined) dumps.push(path);
      } finally {
        file.close();
      }
    } catch (error) {
      if (!isDumpError(error)) throw error;
      unreadable.push(error);
    }
  }
  if (dumps.length === 0) {
    const packed = await packedDumps(folderFiles(folder), signal);
    const [one] = packed;
    // The only one, or one of the files of a set.
    if (one !== undefined) return alone(await openDumpAt({ ...request, path: one }), folder, packed);
    const archives = await archivesAmong(folderFiles(folder));
    const [archive, another] = archives;
    if (archive !== undefined && another === undefined) return openDumpAt({ ...request, path: archive });
    if (archive !== undefined && another !== undefined)
      throw new DumpError(
        'unsupported',
        { file: folder },
        `the folder holds no dump other than in its ${archives.length} archives, among them ${archive} and ${another}`,
        'the name of one of them',
      );
  }
  const [first] = dumps;
  if (first === undefined) {
    const [why] = unreadable;
    const also = why === undefined ? '' : `; ${unreadable.length} of its files cannot be read, among them ${why.where.file ?? ''}: ${why.what}`;
    throw new DumpError('not-this-format', { file: folder }, `the folder holds no dump${also}`, 'a folder with one dump or one set of volumes');
  }
  const session = await withPackedNeighbours(await paced(openSessionInSteps(first, volumes, given), signal), { ...request, path: first });
  return alone(session, folder, dumps);
}

/** Those of the files of a folder that begin as an archive. */
async function archivesAmong(paths: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of paths) {
    try {
      const file = openFile(path, { cacheBlocks: 2, evidence: false });
      try {
        if (await mayBeArchive(file)) found.push(path);
      } finally {
        file.close();
      }
    } catch (error) {
      // Next to a dump lies what nobody asked for.
      if (!isDumpError(error)) throw error;
    }
  }
  return found;
}

/** A session where all dumps of a folder are its own. @throws DumpError unsupported */
function alone(session: Session, folder: string, dumps: readonly string[]): Session {
  const { volumes: used = [], unused = [] } = session.image.container;
  const known = new Set([session.path, ...used.map((volume) => volume.path), ...unused]);
  const others = dumps.filter((path) => !known.has(path));
  if (others.length === 0) return session;
  session.close();
  throw new DumpError(
    'unsupported',
    { file: folder },
    `the folder holds ${others.length + 1} dumps that do not belong together, among them ${session.path} and ${others[0] ?? ''}`,
    'the name of one of them',
  );
}

/** A dump that is not packed. A long chain of headers shows how far it is read. */
function openPlain({ path, volumes, given, inPart = false, signal, progress }: OpenRequest): Promise<Session> {
  let shown = steadyMilliseconds();
  const reached = (position: number, size: number): void => {
    const now = steadyMilliseconds();
    if (now - shown < progressMilliseconds) return;
    shown = now;
    progress({ phase: 'headers', done: position, total: size, unit: 'bytes' });
  };
  return paced(openSessionInSteps(path, volumes, given, { inPart, reached }), signal);
}

/** @throws DumpError, SeveralDumps where a person has to say which, RequestError for files of a set that are none, Cancelled */
export async function openDumpAt(request: OpenRequest): Promise<Session> {
  const { path, volumes = [] } = request;
  if (isFolder(path)) return openFolder(path, request);
  const { file, member } = memberPath(path);
  const archive = await lookInArchive(file, request);
  if (archive !== undefined) return openArchived(file, archive, member, request);
  const place = placeOf(file);
  if (volumes.length > 0 && (place.packing !== undefined || volumes.some((one) => packedAs(memberPath(one).file) !== undefined)))
    return openPackedSet(place, request, volumes.map(placeOf));
  if (place.packing !== undefined && member !== undefined)
    throw new DumpError('absent', { file }, `it is not an archive, so it has no member ${member}`, 'an archive, or a disk that is not packed');
  // A disk has members too: whoever opens it knows them.
  const session = place.packing === undefined ? await openPlain(request) : await openPacked(place, request);
  return volumes.length === 0 && member === undefined ? withPackedNeighbours(session, request) : session;
}

const unpackOptions = ({ signal, progress, cacheFolder }: OpenRequest) => ({ signal, progress, ...defined({ folder: cacheFolder }) });

/** What is in an archive; undefined for any other file. @throws DumpError io, Cancelled */
async function lookInArchive(path: string, request: OpenRequest): Promise<ArchiveList | undefined> {
  const file = openFile(path);
  try {
    return (await mayBeArchive(file)) ? await archiveList(file, unpackOptions(request)) : undefined;
  } finally {
    file.close();
  }
}

/** The dump or the set that a person means in an archive. @throws DumpError, SeveralDumps, Cancelled */
async function openArchived(path: string, list: ArchiveList, member: string | undefined, request: OpenRequest): Promise<Session> {
  const named = member === undefined ? list.dumps : namedDumps(list.dumps, member);
  const [first] = named;
  if (first === undefined) throw list.dumps.length === 0 ? noDump(path, list) : noMember(path, list, member ?? '');
  const others = setOfDump(list.dumps, first);
  // Without a name, all dumps have to be of one set.
  if (named.some((one) => one !== first && (member !== undefined || !others.includes(one)))) throw severalDumps(path, list, named);
  const place = (dump: ArchivedDump): DumpPlace => {
    const names = memberNames(list.dumps);
    const name = names[list.dumps.indexOf(dump)] ?? '';
    const { kind, wrappers: archiveWrappers } = list;
    return {
      path,
      name: `${path}!${name}`,
      packing: (file) => memberPacking(file, dump.numbers, { name, archive: kind, archiveWrappers, wrappers: dump.wrappers }, dump.bytes),
    };
  };
  const { volumes: _, ...own } = request;
  if (others.length === 0) return openPacked(place(first), own);
  const session = await openPackedSet(place(first), own, others.map(place));
  if (member !== undefined) return session;
  const { volumes: used = [], unused = [] } = session.image.container;
  const known = new Set([session.path, ...used.map((volume) => volume.path), ...unused]);
  const isOther = session.image.findings.some(({ id }) => id === 'volume-set/other-run' || id === 'volume-set/no-volume');
  if (!isOther && named.every((dump) => known.has(place(dump).name))) return session;
  session.close();
  throw severalDumps(path, list, named);
}
