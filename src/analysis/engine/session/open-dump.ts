/** Opens what a person names: a dump, one file of a set, a folder with a set, or a dump that is packed. */
import { removeCopy } from '../../../files/copy-record.ts';
import { defined } from '../../../shared/defined.ts';
import { DumpError, isDumpError } from '../../../shared/dump-error.ts';
import { byteText } from '../../../shared/units.ts';
import type { GivenMachine } from '../../formats/dump-format.ts';
import { recognise } from '../../formats/index.ts';
import { paced } from '../../jobs/steps.ts';
import { folderFiles, isFolder, openFile } from '../../source/file-source.ts';
import { restAfter, shortenedSource } from '../../source/shortened-source.ts';
import type { Wrapper } from '../../source/wrapper.ts';
import { neighboursOf, openSetFiles, packedAs, packedDumps, type SetFile, type UnpackRequest } from './packed-set.ts';
import { assertUsed, openSessionInSteps, sessionInSteps, type Session } from './session.ts';
import { unpackedFile, type UnpackedCopy } from './unpacked-file.ts';

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
async function openPacked(wrapper: Wrapper, request: OpenRequest, isAgain = false): Promise<Session> {
  const { path, signal, progress, cacheFolder, given = {} } = request;
  const packed = openFile(path);
  let inner: ReturnType<typeof openFile> | undefined;
  let copied: UnpackedCopy | undefined;
  const close = (): void => {
    packed.close();
    inner?.close();
  };
  try {
    const unpacked = await unpackedFile(path, packed, wrapper.name, { signal, progress, ...defined({ folder: cacheFolder }) });
    copied = unpacked;
    const rest = restAfter(unpacked.end, packed);
    const copy = shortenedSource(openFile(unpacked.path), rest);
    inner = copy;
    const { end } = unpacked;
    if ((end.kind === 'cut' || end.kind === 'damaged') && (await paced(recognise(copy), signal)) === undefined)
      throw end.kind === 'cut'
        ? new DumpError(
            'truncated',
            { file: path },
            `the ${wrapper.name} data end after ${byteText(copy.size)} of contents, too early to tell what they are`,
            'the whole file',
          )
        : new DumpError(
            'corrupt',
            { file: path, offset: end.at },
            `the ${wrapper.name} data from there on are damaged (${end.what}), and the ${byteText(copy.size)} that came out are no dump`,
            `a sound ${wrapper.name} file`,
          );
    const opening = sessionInSteps(
      { ...copy, name: path },
      close,
      { ...given, companions: () => [] },
      {
        file: packed,
        faults: () => [...packed.faults(), ...copy.faults()],
        states: () => [packed.file],
        wrapper: wrapper.name,
        unpacked: { ...unpacked, source: copy },
        location: { path: unpacked.path, volumes: [], name: path, ...given, ...(rest === undefined ? {} : { rests: { [unpacked.path]: rest } }) },
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
    // The disk of the cache does not give the beginning of an earlier copy: that is no fault of the dump.
    removeCopy(copied.path);
    return openPacked(wrapper, request, true);
  }
}

/** A set of which files are packed. @param others the other files, whether all of them belong to it or not */
async function openPackedSet(request: OpenRequest, others: readonly string[]): Promise<Session> {
  const { path, volumes = [], signal, given = {} } = request;
  const own: SetFile[] = [];
  const opened: SetFile[] = [];
  const close = (): void => {
    for (const one of [...own, ...opened]) {
      one.file.close();
      if (one.packed !== undefined) one.source.close();
    }
  };
  try {
    const keep: string[] = [];
    await openSetFiles([path], request, keep, own, false);
    await openSetFiles(others, request, keep, opened);
    const [first] = own;
    if (first === undefined) throw new DumpError('absent', { file: path }, 'the file is not there', 'a dump');
    let used: readonly SetFile[] = [first];
    const pathOf = ({ file, packed }: SetFile): string => packed?.copy.path ?? file.name;
    const session = await paced(
      sessionInSteps(
        first.source,
        close,
        { ...given, companions: () => opened.map(({ source }) => source), named: volumes.length > 0 },
        {
          file: first.file,
          faults: () => used.flatMap(({ file, source, packed }) => [...file.faults(), ...(packed === undefined ? [] : source.faults())]),
          states: () => used.map(({ file }) => file.file),
          ...(first.packed === undefined ? {} : { wrapper: first.packed.wrapper, unpacked: { ...first.packed.copy, source: first.source } }),
          packedParts: opened.flatMap(({ file, source, packed }) =>
            packed === undefined ? [] : [{ wrapper: packed.wrapper, file, unpacked: { ...packed.copy, source } }],
          ),
          location: {
            path: pathOf(first),
            name: path,
            volumes: opened.map(pathOf),
            volumeNames: Object.fromEntries(opened.map((one) => [pathOf(one), one.file.name])),
            rests: Object.fromEntries([first, ...opened].flatMap((one) => (one.source.rest === undefined ? [] : [[pathOf(one), one.source.rest]]))),
            ...given,
          },
        },
      ),
      signal,
    );
    const parts = new Set((session.image.container.volumes ?? []).map((volume) => volume.path));
    used = [first, ...opened.filter(({ file }) => parts.has(file.name))];
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
    if (!isPacked && (session.wrapper === undefined || paths.length === 0)) return session;
    session.close();
    return await openPackedSet(request, paths);
  } catch (error) {
    session.close();
    throw error;
  }
}

/** The one dump or set in a folder; files that are no dumps do not matter. */
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
  let shown = performance.now();
  const reached = (position: number, size: number): void => {
    const now = performance.now();
    if (now - shown < progressMilliseconds) return;
    shown = now;
    progress({ phase: 'headers', done: position, total: size, unit: 'bytes' });
  };
  return paced(openSessionInSteps(path, volumes, given, { inPart, reached }), signal);
}

/** @throws DumpError, RequestError for files of a set that are none, Cancelled */
export async function openDumpAt(request: OpenRequest): Promise<Session> {
  const { path, volumes } = request;
  if (isFolder(path)) return openFolder(path, request);
  const wrapper = packedAs(path);
  if (volumes !== undefined && volumes.length > 0 && (wrapper !== undefined || volumes.some((one) => packedAs(one) !== undefined)))
    return openPackedSet(request, volumes);
  const session = wrapper === undefined ? await openPlain(request) : await openPacked(wrapper, request);
  return volumes === undefined || volumes.length === 0 ? withPackedNeighbours(session, request) : session;
}
