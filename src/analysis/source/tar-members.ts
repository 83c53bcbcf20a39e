/** The members of a tar archive as a stream: old and ustar headers, those of GNU and pax with long names, large sizes, and holes. */
import { isFailure, mapResult, type Result, valueOf } from '../../shared/result.ts';
import { pathText } from '../../files/path-bytes.ts';
import { mostMembers, mostNameBytes, tooManyMembers, type ArchiveMembers, type MemberKind } from './archive-member.ts';
import type { PieceCursor } from './piece-cursor.ts';
import { blockBytes, paxRecords, sparsePairs, tarHeader, type TarHeader } from './tar-header.ts';
import { leadingMap, listedPieces, mostPieces, noMap, whyNoMap, withHoles, type SparseMap, type SparsePiece } from './tar-sparse.ts';
import type { Damage, UnpackEnd, Unpacked } from './unpack-end.ts';

/** Of the records before a member: a map of holes is the largest of them. */
const mostRecordBytes = 16 << 20;

const kinds: Readonly<Record<string, MemberKind>> = { '1': 'link', '2': 'link', '3': 'device', '4': 'device', '5': 'folder', '6': 'device' };
/** Letters of headers that say something of the next member, or of none. */
const asides = new Set(['L', 'K', 'x', 'X', 'g', 'V']);
const padded = (bytes: number): number => Math.ceil(bytes / blockBytes) * blockBytes;

/** What pax and GNU say of the next member besides its header. */
interface Said {
  longName?: Buffer;
  records: readonly (readonly [key: string, value: Buffer])[];
}

const last = ({ records }: Said, key: string): Buffer | undefined => records.findLast(([name]) => name === key)?.[1];

function decimal(value: Buffer | undefined): number | undefined {
  const digits = value?.toString('latin1') ?? '';
  return /^\d{1,16}$/.test(digits) && Number.isSafeInteger(Number(digits)) ? Number(digits) : undefined;
}

/** The map of holes that records of pax have (versions 0.0 and 0.1); 'leads': it is in the data (1.0). @returns undefined where there are no holes */
function recordedMap(said: Said): readonly SparsePiece[] | 'leads' | 'broken' | undefined {
  if (last(said, 'GNU.sparse.major')?.toString('latin1') === '1') return 'leads';
  const list = last(said, 'GNU.sparse.map');
  if (list !== undefined) return listedPieces(list.toString('latin1')) ?? 'broken';
  const numbers = (key: string): (number | undefined)[] => said.records.filter(([name]) => name === key).map(([, value]) => decimal(value));
  const starts = numbers('GNU.sparse.offset');
  const sizes = numbers('GNU.sparse.numbytes');
  if (starts.length === 0 && last(said, 'GNU.sparse.size') === undefined) return undefined;
  if (starts.length !== sizes.length || starts.length > mostPieces) return 'broken';
  const pieces: SparsePiece[] = [];
  for (const [at, start] of starts.entries()) {
    const bytes = sizes[at];
    if (start === undefined || bytes === undefined) return 'broken';
    pieces.push({ start, bytes });
  }
  return pieces;
}

const damage = (at: number, what: string): Damage => ({ kind: 'damaged', at, what, contents: false });

/** The rest of an old GNU map, in blocks after the header. @returns undefined where the stream ends in it */
async function moreOfMap(cursor: PieceCursor, { sparse }: TarHeader): Promise<Result<SparseMap> | undefined> {
  const pieces = [...(sparse?.pieces ?? [])];
  for (let goesOn = sparse?.goesOn === true; goesOn;) {
    const block = await cursor.look(blockBytes);
    if (block.length < blockBytes) return undefined;
    const more = sparsePairs(block, 0, 21);
    if (more === undefined) return noMap('the map of the sparse member has what is not a number');
    for (const piece of more) pieces.push(piece);
    if (pieces.length > mostPieces) return noMap(`the map of the sparse member has more than ${mostPieces} pieces`);
    goesOn = block[504] !== 0;
    cursor.took(blockBytes);
  }
  return { value: { realSize: sparse?.realSize ?? 0, pieces } };
}

/** What lies after the end marker: padding, or something that was put after it. */
async function afterMarker(cursor: PieceCursor): Promise<UnpackEnd> {
  await cursor.skipZeros();
  const at = cursor.position;
  const bytes = await cursor.skip(Infinity);
  return bytes === 0 ? { kind: 'whole' } : { kind: 'followed', at, bytes };
}

/**
 * Members in their order. Positions are those in the archive. After a header that is none, nothing can be said of what follows: data of a damaged
 * member may well hold headers of other archives.
 */
export async function* tarMembers(cursor: PieceCursor): ArchiveMembers {
  let said: Said = { records: [] };
  let forAll: Said['records'] = [];
  let number = 0;
  for (;;) {
    const at = cursor.position;
    const block = Buffer.from(await cursor.look(blockBytes));
    // The marker is two blocks of zeros. An archive without it may have had more members.
    if (block.length < blockBytes) return { kind: 'cut', at };
    if (block.every((byte) => byte === 0)) return afterMarker(cursor);
    const read = tarHeader(block);
    if (isFailure(read)) {
      await cursor.skip(Infinity);
      return damage(at, read.missing.why);
    }
    const header = read.value;
    cursor.took(blockBytes);
    const { type } = header;
    if (asides.has(type)) {
      const isName = type === 'L';
      if (header.size > (isName ? mostNameBytes : mostRecordBytes)) {
        await cursor.skip(Infinity);
        return damage(at, `what is said of the next member has ${header.size} bytes`);
      }
      const data = Buffer.from(await cursor.look(padded(header.size)));
      if (data.length < padded(header.size)) return { kind: 'cut', at };
      cursor.took(data.length);
      const content = data.subarray(0, header.size);
      if (isName) {
        const end = content.indexOf(0);
        said.longName = end === -1 ? content : content.subarray(0, end);
      } else if (type !== 'K' && type !== 'V') {
        const records = paxRecords(content);
        if (records === undefined) {
          await cursor.skip(Infinity);
          return damage(at, 'the pax records of the next member cannot be read');
        }
        if (type === 'g') forAll = [...forAll, ...records].slice(-64);
        else said.records = [...said.records, ...records];
      }
      continue;
    }
    number += 1;
    if (number > mostMembers) {
      await cursor.skip(Infinity);
      return tooManyMembers(at);
    }
    const all: Said = { ...said, records: [...forAll, ...said.records] };
    said = { records: [] };
    const name = last(all, 'GNU.sparse.name') ?? last(all, 'path') ?? all.longName ?? header.name;
    const stored = decimal(last(all, 'size')) ?? header.size;
    const kind = kinds[type] ?? (type === 'D' ? 'folder' : 'file');
    // Links and devices have no data whatever their size says (POSIX); a folder's is that of the disk it needs.
    const dataBytes = kind === 'file' ? stored : type === 'D' ? stored : 0;
    const dataAt = cursor.position;
    const listed = kind === 'file' ? recordedMap(all) : undefined;
    let map: Result<SparseMap> | undefined;
    let mapBytes = 0;
    if (header.sparse !== undefined) {
      map = await moreOfMap(cursor, header);
      if (map === undefined) return { kind: 'cut', at };
    } else if (listed === 'broken') map = noMap('the map of the sparse member has what is not a number');
    else if (listed === 'leads') {
      const leading = await leadingMap(cursor, dataBytes);
      if (leading === undefined) return { kind: 'cut', at };
      mapBytes = valueOf(leading)?.bytes ?? 0;
      map = mapResult(leading, ({ pieces }) => ({ realSize: decimal(last(all, 'GNU.sparse.realsize')) ?? 0, pieces }));
    } else if (listed !== undefined)
      map = { value: { realSize: decimal(last(all, 'GNU.sparse.size')) ?? decimal(last(all, 'GNU.sparse.realsize')) ?? 0, pieces: listed } };
    const wrong = map === undefined ? undefined : isFailure(map) ? map.missing.why : whyNoMap(map.value, dataBytes - mapBytes);
    if (wrong !== undefined) {
      await cursor.skip(Infinity);
      return damage(at, wrong);
    }
    // The blocks of an old GNU map lie before the data and are not counted among them.
    const dataFrom = header.sparse === undefined ? dataAt : cursor.position;
    const end = dataFrom + dataBytes;
    const sparse = valueOf(map);
    yield {
      number,
      name: pathText(name.subarray(0, mostNameBytes)),
      kind,
      bytes: sparse?.realSize ?? dataBytes,
      at,
      async *contents(): Unpacked {
        if (sparse !== undefined) return (yield* withHoles(cursor, sparse)) ? { kind: 'cut', at } : { kind: 'whole' };
        yield* cursor.take(end - cursor.position);
        return cursor.position < end ? { kind: 'cut', at } : { kind: 'whole' };
      },
    };
    const next = dataFrom + padded(dataBytes);
    await cursor.skip(next - cursor.position);
    if (cursor.position < end) return { kind: 'cut', at };
  }
}
