/** Opens what a person names: a dump, one file of a set, a folder with a set, or a dump that is packed. */
import { defined } from '../../../shared/defined.ts';
import { DumpError, isDumpError } from '../../../shared/dump-error.ts';
import type { ScanProgress } from '../../../shared/engine-protocol.ts';
import { RequestError } from '../../../shared/rpc.ts';
import { byteText } from '../../../shared/units.ts';
import type { GivenMachine } from '../../formats/dump-format.ts';
import { recognise } from '../../formats/index.ts';
import { paced } from '../../jobs/steps.ts';
import { folderFiles, isFolder, openFile } from '../../source/file-source.ts';
import { wrapperOf, type Wrapper } from '../../source/wrapper.ts';
import { openSessionInSteps, sessionInSteps, type Session } from './session.ts';
import { unpackedFile } from './unpacked-file.ts';

export interface OpenRequest {
  readonly path: string;
  /** The other files of a set; without them, those in the same folder are looked at. */
  readonly volumes?: readonly string[];
  /** What its headers do not say. */
  readonly given?: GivenMachine;
  readonly signal: AbortSignal;
  readonly progress: (value: ScanProgress) => void;
  /** Instead of the user's cache folder. */
  readonly cacheFolder?: string;
}

/** A wrapper that is opened through a cache, or undefined for any other file. */
function packedAs(path: string): Wrapper | undefined {
  const file = openFile(path);
  try {
    const head = new Uint8Array(Math.min(512, file.size));
    file.readInto(0, head);
    const wrapper = wrapperOf(head);
    return wrapper?.opens === true ? wrapper : undefined;
  } finally {
    file.close();
  }
}

async function openPacked(wrapper: Wrapper, request: OpenRequest): Promise<Session> {
  const { path, signal, progress, cacheFolder, given = {} } = request;
  if (request.volumes !== undefined && request.volumes.length > 0)
    throw new RequestError('query', `${path}: the files of a set cannot be packed with ${wrapper.name} (expected unpacked files: ${wrapper.unpack})`);
  const packed = openFile(path);
  let inner: ReturnType<typeof openFile> | undefined;
  const close = (): void => {
    packed.close();
    inner?.close();
  };
  try {
    const unpacked = await unpackedFile(path, packed, wrapper.name, { signal, progress, ...defined({ folder: cacheFolder }) });
    const copy = openFile(unpacked.path);
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
        location: { path: unpacked.path, volumes: [], name: path, ...given },
      },
    );
    return await paced(opening, signal);
  } catch (error) {
    close();
    throw error;
  }
}

/** The one dump or set in a folder; files that are no dumps do not matter. */
async function openFolder(folder: string, { volumes, given, signal }: OpenRequest): Promise<Session> {
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
  const [first] = dumps;
  if (first === undefined) {
    const [why] = unreadable;
    const also = why === undefined ? '' : `; ${unreadable.length} of its files cannot be read, among them ${why.where.file ?? ''}: ${why.what}`;
    throw new DumpError('not-this-format', { file: folder }, `the folder holds no dump${also}`, 'a folder with one dump or one set of volumes');
  }
  const session = await paced(openSessionInSteps(first, volumes, given), signal);
  const { volumes: used = [], unused = [] } = session.image.container;
  const known = new Set([first, ...used.map((volume) => volume.path), ...unused]);
  const others = dumps.filter((path) => !known.has(path));
  if (others.length === 0) return session;
  session.close();
  throw new DumpError(
    'unsupported',
    { file: folder },
    `the folder holds ${others.length + 1} dumps that do not belong together, among them ${first} and ${others[0] ?? ''}`,
    'the name of one of them',
  );
}

/** @throws DumpError, RequestError for files of a set that are none, Cancelled */
export async function openDumpAt(request: OpenRequest): Promise<Session> {
  const { path, volumes, given } = request;
  if (isFolder(path)) return openFolder(path, request);
  const wrapper = packedAs(path);
  return wrapper === undefined ? paced(openSessionInSteps(path, volumes, given), request.signal) : openPacked(wrapper, request);
}
