/**
 * The compressed names of kallsyms: a length, then one byte per token (vmcoreinfo-kallsyms-btf.md section 3). kallsyms_markers holds
 * where every 256th record starts, so that a page that is missing takes only the names of its own blocks away.
 */
import { hex } from '../../../shared/units.ts';
import type { Steps } from '../../jobs/steps.ts';
import type { KallsymsPlaces } from './kallsyms-places.ts';
import { NameBlockBuilder, type NameBlock } from './name-block.ts';
import type { KernelAbsence, KernelMemory } from '../memory/kernel-memory.ts';

const blockNames = 256;
/** Between two pauses. */
const blocksAtOnce = 4;
const markerBytes = 4;
/** Longest record: KSYM_NAME_LEN is 512 since 6.1. */
const maxRecord = 1024;
const maxNamesBytes = 48 * 1024 * 1024;
/** KSYM_NAME_LEN, and its letter. */
const maxName = 513;
/** Characters of all names together: a kernel of a distribution has some 6 Mi. */
const maxNamesText = 64 * 1024 * 1024;
const letters = new Set(Buffer.from('TtDdBbRrAaWwVvNnUuGgSsCcIi', 'latin1'));
/** Bytes of a name: neither controls nor blanks. */
const isNameByte = (byte: number): boolean => byte >= 0x21 && byte !== 0x7f;

export interface DecodedNames {
  /** Unknown where a page of them is not in the dump. */
  readonly names: NameBlock;
  readonly missing: number;
}

/** The texts of all tokens in one piece, and where each begins; one more for the end. */
export interface Tokens {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
}

export function tokensOf(texts: readonly string[]): Tokens {
  const starts = new Uint32Array(texts.length + 1);
  for (const [code, text] of texts.entries()) starts[code + 1] = (starts[code] ?? 0) + text.length;
  return { bytes: Buffer.from(texts.join(''), 'latin1'), starts };
}

/**
 * Offsets of every 256th record. They end where the token table starts, or where the order by name does, 3 bytes for each symbol (since 6.2 and
 * in later releases of 6.1); some padding lies between.
 */
function readMarkers(memory: KernelMemory, places: KallsymsPlaces, blocks: number, count: number): readonly number[] | undefined {
  const bytes = blocks * markerBytes;
  for (const behind of [0, count * 3]) {
    const end = places.tokenTable - BigInt(behind);
    for (let padding = end % 4n; padding < 12n; padding += 4n) {
      const read = memory.bytes(end - padding - BigInt(bytes), bytes);
      if (read === undefined) continue;
      const view = new DataView(read.buffer, read.byteOffset);
      const markers = Array.from({ length: blocks }, (_, at) => view.getUint32(at * markerBytes, memory.endian === 'little'));
      if (markers[0] === 0 && markers.every((marker, at) => at === 0 || marker > (markers[at - 1] ?? 0) + blockNames)) return markers;
    }
  }
  return undefined;
}

/** Decodes one record of so many tokens. @returns the bytes of its name; undefined when it is none */
function decodeName(record: Uint8Array, tokens: Tokens, into: NameBlockBuilder): number | undefined {
  const { bytes, at } = into.open(maxName);
  let length = 0;
  for (const code of record) {
    const end = tokens.starts[code + 1] ?? 0;
    for (let from = tokens.starts[code] ?? 0; from < end; from += 1) {
      const byte = tokens.bytes[from] ?? 0;
      if (length >= maxName || !isNameByte(byte)) return undefined;
      bytes[at + length] = byte;
      length += 1;
    }
  }
  return length >= 2 && letters.has(bytes[at] ?? 0) ? length : undefined;
}

/**
 * Decodes `count` records from `start` on.
 * @returns where the next record lies; undefined when one is no name, and then `into` holds what it held before
 */
export function decodeBlock(bytes: Uint8Array, start: number, count: number, tokens: Tokens, into: NameBlockBuilder): number | undefined {
  const before = into.count;
  let at = start;
  for (let index = 0; index < count; index += 1) {
    const first = bytes[at++] ?? 0;
    const length = (first & 0x80) === 0 ? first : (first & 0x7f) | ((bytes[at++] ?? 0) << 7);
    const named = length === 0 || length > maxRecord || at + length > bytes.length ? undefined : decodeName(bytes.subarray(at, at + length), tokens, into);
    if (named === undefined) {
      into.rewind(before);
      return undefined;
    }
    into.close(named);
    at += length;
  }
  return at;
}

/** Whether a block of names lies in a page that the dump does not hold. */
const touches = (absences: readonly KernelAbsence[], start: bigint, end: bigint): boolean =>
  absences.some(({ address }) => address < end && start <= (address | 0xfffn));

/** All names, or why there are none. */
export function* decodeNames(memory: KernelMemory, places: KallsymsPlaces, count: number, texts: readonly string[]): Steps<DecodedNames | string> {
  const room = places.tokenTable - places.names;
  const length = Number(room > 0n && room < BigInt(maxNamesBytes) ? room : BigInt(Math.min(maxNamesBytes, count * 64)));
  const { bytes, absences } = memory.partial(places.names, length);
  const blocks = Math.ceil(count / blockNames);
  const markers = readMarkers(memory, places, blocks, count);
  const tokens = tokensOf(texts);
  const names = new NameBlockBuilder(count);
  let missing = 0;
  let at: number | undefined = 0;
  for (let block = 0; block < blocks; block += 1) {
    const size = Math.min(blockNames, count - block * blockNames);
    const start: number | undefined = markers?.[block] ?? at;
    const decoded: number | undefined = start === undefined ? undefined : decodeBlock(bytes, start, size, tokens, names);
    const end: number | undefined = markers?.[block + 1] ?? decoded;
    const whole =
      decoded !== undefined && start !== undefined && decoded === end && !touches(absences, places.names + BigInt(start), places.names + BigInt(decoded));
    if (block % blocksAtOnce === blocksAtOnce - 1) yield;
    if (names.size > maxNamesText) return `kallsyms_names at ${hex(places.names)}: its names have more than ${maxNamesText} characters`;
    if (!whole) {
      if (markers === undefined) {
        const why = absences[0]?.detail ?? `the record near name ${block * blockNames} is no name`;
        return `kallsyms_names at ${hex(places.names)}: ${why}, and kallsyms_markers cannot be found to go on behind it`;
      }
      names.rewind(block * blockNames);
      for (let one = 0; one < size; one += 1) names.close(0);
      missing += size;
    }
    at = decoded;
  }
  return missing === count ? `kallsyms_names at ${hex(places.names)}: no name can be read` : { names: names.done(), missing };
}
