/**
 * A zip archive from its beginning on, by its local headers: where it lies in another archive, or its directory at the end is lost. Members that were
 * deleted from the directory are there too.
 */
import { pathText } from '../../files/path-bytes.ts';
import { mostMembers, mostNameBytes, tooManyMembers, type ArchiveMembers } from './archive-member.ts';
import type { PieceCursor } from './piece-cursor.ts';
import type { UnpackEnd, Unpacked } from './unpack-end.ts';
import { descriptorFlag, refuseClosed, whyZipClosed, zipContents, type ZipSums } from './zip-contents.ts';
import { defined } from '../../shared/defined.ts';

const localMagic = 0x0403_4b50;
const directoryMagic = 0x0201_4b50;
const emptyMagic = 0x0605_4b50;
const descriptorMagic = 0x0807_4b50;
const localBytes = 30;

/** Sizes of 8 bytes in the extra field number 1, where those of the header are 0xffffffff. */
function wideSizes(extra: Buffer): readonly number[] {
  for (let at = 0; at + 4 <= extra.length;) {
    const bytes = extra.readUInt16LE(at + 2);
    const data = extra.subarray(at + 4, at + 4 + bytes);
    if (extra.readUInt16LE(at) === 1) return Array.from({ length: Math.floor(data.length / 8) }, (_, index) => Number(data.readBigUInt64LE(8 * index)));
    at += 4 + bytes;
  }
  return [];
}

/** Whether another record or nothing follows at a position. */
const endsAt = (head: Buffer, at: number): boolean =>
  head.length === at || (head.length >= at + 4 && [localMagic, directoryMagic, emptyMagic].includes(head.readUInt32LE(at)));

/** CRC-32 and sizes after the data of a member; its sizes have 4 bytes or 8, and the mark before it may be missing. What follows tells which. */
async function takeDescriptor(cursor: PieceCursor, packed: number): Promise<ZipSums | undefined> {
  const head = Buffer.from(await cursor.look(28));
  const from = head.length >= 4 && head.readUInt32LE(0) === descriptorMagic ? 4 : 0;
  const isWide = head.length >= from + 20 && !endsAt(head, from + 12) && head.readBigUInt64LE(from + 4) === BigInt(packed);
  const bytes = from + (isWide ? 20 : 12);
  if (head.length < bytes) return undefined;
  cursor.took(bytes);
  return { crc: head.readUInt32LE(from), bytes: isWide ? Number(head.readBigUInt64LE(from + 12)) : head.readUInt32LE(from + 8) };
}

/** Members in the order in which they are stored. */
export async function* zipStream(cursor: PieceCursor, file: string): ArchiveMembers {
  for (let number = 1; ; number += 1) {
    const at = cursor.position;
    const head = Buffer.from(await cursor.look(localBytes));
    const magic = head.length < 4 ? undefined : head.readUInt32LE(0);
    if (magic === directoryMagic || magic === emptyMagic) {
      await cursor.skip(Infinity);
      return { kind: 'whole' };
    }
    if (head.length < localBytes) return { kind: 'cut', at };
    if (magic !== localMagic) {
      await cursor.skip(Infinity);
      return { kind: 'damaged', at, what: 'there is no header of a member', contents: false };
    }
    if (number > mostMembers) {
      await cursor.skip(Infinity);
      return tooManyMembers(at);
    }
    const [flags, method, nameBytes, extraBytes] = [6, 8, 26, 28].map((from) => head.readUInt16LE(from)) as [number, number, number, number];
    const whole = Buffer.from(await cursor.look(localBytes + nameBytes + extraBytes));
    if (whole.length < localBytes + nameBytes + extraBytes) return { kind: 'cut', at };
    cursor.took(whole.length);
    const name = whole.subarray(localBytes, localBytes + nameBytes);
    const wide = [...wideSizes(whole.subarray(localBytes + nameBytes))];
    const [crc, narrowPacked, narrowBytes] = [14, 18, 22].map((from) => head.readUInt32LE(from)) as [number, number, number];
    const bytes = narrowBytes === 0xffff_ffff ? (wide.shift() ?? narrowBytes) : narrowBytes;
    const packed = narrowPacked === 0xffff_ffff ? (wide.shift() ?? narrowPacked) : narrowPacked;
    const isLater = (flags & descriptorFlag) !== 0;
    const isOpenEnded = isLater && packed === 0;
    const closed = whyZipClosed(method, flags) ?? (isOpenEnded && method !== 8 ? 'where it ends is recorded only in the directory' : undefined);
    const dataAt = cursor.position;
    const shown = pathText(name.subarray(0, mostNameBytes));
    const member = zipContents(cursor, { method, packed: isOpenEnded ? undefined : packed, at }, async () =>
      isLater ? takeDescriptor(cursor, cursor.position - dataAt) : { crc, bytes },
    );
    const state: { end?: UnpackEnd } = {};
    const next = async (): Promise<Uint8Array | undefined> => {
      const { done, value } = await member.next();
      if (done !== true) return value;
      state.end ??= value;
      return undefined;
    };
    yield {
      number,
      name: shown,
      kind: shown.endsWith('/') ? 'folder' : 'file',
      bytes: isLater && bytes === 0 ? undefined : bytes,
      at,
      ...defined({ closed }),
      async *contents(): Unpacked {
        refuseClosed(closed, file, shown, at);
        // Whoever stops early does not end it: where it ends may have to be found yet.
        for (let piece = await next(); piece !== undefined; piece = await next()) yield piece;
        return state.end ?? { kind: 'whole' };
      },
    };
    if (isOpenEnded) {
      if (closed !== undefined) {
        await cursor.skip(Infinity);
        return { kind: 'damaged', at, what: `nothing shows where the member ends: ${closed}`, contents: false };
      }
      while (state.end === undefined) await next();
      if (state.end.kind === 'cut' || (state.end.kind === 'damaged' && !state.end.contents)) return state.end;
      continue;
    }
    if (state.end !== undefined && state.end.kind !== 'damaged') continue;
    await member.return({ kind: 'whole' });
    await cursor.skip(dataAt + packed - cursor.position);
    if (cursor.position < dataAt + packed) return { kind: 'cut', at };
    if (isLater && cursor.position === dataAt + packed) await takeDescriptor(cursor, packed);
  }
}
