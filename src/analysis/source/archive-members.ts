/** What an archive holds, whatever it is packed in: zip, tar, and tar packed as a whole. Recognised by contents, never by names. */
import type { ArchiveMembers } from './archive-member.ts';
import type { ByteSource, FileFault } from './byte-source.ts';
import { unpacking, type Unpacking } from './decompressor.ts';
import { PieceCursor, type Pieces } from './piece-cursor.ts';
import { seekablePieces } from './source-stream.ts';
import { tarMembers } from './tar-members.ts';
import type { PackedLayer, UnpackEnd, Unpacked } from './unpack-end.ts';
import { wrapperOf } from './wrapper.ts';
import { zipMembers } from './zip-members.ts';
import { zipStream } from './zip-stream.ts';

const archiveKinds = ['tar', 'zip'] as const;
export type ArchiveKind = (typeof archiveKinds)[number];

const archiveKindOf = (wrapper: string | undefined): ArchiveKind | undefined => archiveKinds.find((kind) => kind === wrapper);

/** How many layers of packing are taken off: a file that was packed twice by mistake, and no more. */
const mostLayers = 2;
/** What is looked at to know what contents are: headers of dumps are recognised by no more. */
const headBytes = 4096;

interface Peeled {
  /** What it was packed in, from the outside in: ["gzip"]. */
  readonly wrappers: readonly string[];
  /** The archive that the contents are; undefined for anything else. */
  readonly archive: ArchiveKind | undefined;
  /** The contents; at most `headBytes` of them have been looked at, none taken. */
  readonly cursor: PieceCursor;
  /** How the packed layers ended, the outermost that did not end whole first; `whole` also where they are not at their end. */
  readonly end: () => UnpackEnd;
  /** How many parts of the outermost layer record a checksum of their contents. */
  readonly checksums: () => 'all' | 'some' | 'none';
}

/**
 * Takes layers of packing off a stream.
 * @param isFile whether it is a file, not a member of an archive
 * @throws DumpError unsupported where this Node.js cannot unpack one
 */
export async function peel(pieces: Pieces | PieceCursor, file: string, isFile = false): Promise<Peeled> {
  let cursor = pieces instanceof PieceCursor ? pieces : new PieceCursor(pieces);
  const layers: { readonly name: string; readonly unpacking: Unpacking }[] = [];
  const end = (): UnpackEnd => {
    for (const [at, layer] of layers.entries()) {
      const one = layer.unpacking.end();
      if (one?.kind === 'cut' || one?.kind === 'damaged') return { ...one, layer: { name: layer.name, isFile: isFile && at === 0 } };
    }
    return { kind: 'whole' };
  };
  for (;;) {
    const wrapper = wrapperOf(await cursor.look(headBytes));
    const archive = archiveKindOf(wrapper?.name);
    if (wrapper?.opens !== true || archive !== undefined || layers.length >= mostLayers)
      return { wrappers: layers.map(({ name }) => name), archive, cursor, end, checksums: () => layers[0]?.unpacking.checksums() ?? 'none' };
    const layer = unpacking(wrapper.name, file);
    layers.push({ name: wrapper.name, unpacking: layer });
    cursor = new PieceCursor(layer.stage(cursor.take(Infinity)));
  }
}

interface ArchiveReading {
  readonly kind: ArchiveKind;
  /** What the archive as a whole is packed in, from the outside in. */
  readonly wrappers: readonly string[];
  /**
   * To be gone through once. A consumer that stops early reads no more of the file. Positions are in the archive; where the file is packed as a whole
   * and that is why the archive ends early, `end` says where in the file.
   */
  readonly members: ArchiveMembers;
}

const inLayer = (end: UnpackEnd, layer: PackedLayer): UnpackEnd =>
  (end.kind === 'cut' || end.kind === 'damaged') && end.layer === undefined ? { ...end, layer } : end;

/** Says of each end in which layer it is; where what an archive is packed in ends early, that is why the archive does. */
async function* withEnd(members: ArchiveMembers, outer: () => UnpackEnd, layer: PackedLayer): ArchiveMembers {
  const ended = (inner: UnpackEnd): UnpackEnd => {
    const end = outer();
    return end.kind === 'whole' ? inLayer(inner, layer) : end;
  };
  for (;;) {
    const next = await members.next();
    if (next.done === true) return ended(next.value);
    const member = next.value;
    yield {
      ...member,
      async *contents(): Unpacked {
        const inner = yield* member.contents();
        return inner.kind === 'whole' ? inner : ended(inner);
      },
    };
  }
}

/** The members of contents that are an archive; undefined for anything else. */
export function membersInside({ archive, wrappers, cursor, end }: Peeled, file: string, isFile = false): ArchiveMembers | undefined {
  if (archive === undefined) return undefined;
  return withEnd(archive === 'tar' ? tarMembers(cursor) : zipStream(cursor, file), end, { name: archive, isFile: wrappers.length === 0 && isFile });
}

/**
 * The members of an archive file, for whoever looks for a dump in it or for what lies next to one. Streamed: nothing is written, and what is held in
 * memory does not grow with the archive.
 * @param onFault hears what the disk does not give of a tar archive, which then ends there; without it that is an error
 * @returns undefined for a file that is not an archive
 * @throws DumpError io, unsupported
 */
export async function archiveMembers(source: ByteSource, onFault?: (fault: FileFault) => void): Promise<ArchiveReading | undefined> {
  const head = new Uint8Array(Math.min(headBytes, source.size));
  source.readInto(0, head);
  if (wrapperOf(head)?.name === 'zip')
    return { kind: 'zip', wrappers: [], members: withEnd(zipMembers(source), () => ({ kind: 'whole' }), { name: 'zip', isFile: true }) };
  const { pieces, seek } = seekablePieces(source, onFault);
  const peeled = await peel(new PieceCursor(pieces, seek), source.name, true);
  const members = membersInside(peeled, source.name, true);
  if (peeled.archive !== undefined && members !== undefined) return { kind: peeled.archive, wrappers: peeled.wrappers, members };
  return undefined;
}

/**
 * Why nothing of a packed file says what it holds: what it is packed in ends early, or is damaged, before anything could be unpacked.
 * @returns undefined for a file that is not packed, and where something came out
 * @throws DumpError io, unsupported
 */
export async function unpacksToNothing(source: ByteSource): Promise<{ readonly wrapper: string; readonly kind: 'cut' | 'damaged' } | undefined> {
  const { pieces, seek } = seekablePieces(source);
  const { wrappers, cursor, end } = await peel(new PieceCursor(pieces, seek), source.name, true);
  const [wrapper] = wrappers;
  const { kind } = end();
  if (wrapper === undefined || (kind !== 'cut' && kind !== 'damaged') || (await cursor.look(1)).length > 0) return undefined;
  return { wrapper, kind };
}
