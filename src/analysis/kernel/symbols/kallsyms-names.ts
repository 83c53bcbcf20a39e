/**
 * The compressed names of kallsyms: a length, then one byte per token (vmcoreinfo-kallsyms-btf.md section 3). kallsyms_markers holds
 * where every 256th record starts, so that a page that is missing takes only the names of its own blocks away.
 */
import { hex } from '../../../shared/units.ts';
import type { Steps } from '../../jobs/steps.ts';
import type { KallsymsPlaces } from './kallsyms-places.ts';
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
const typed = /^[TtDdBbRrAaWwVvNnUuGgSsCcIi][\u0021-\u007e\u0080-\u00ff]+$/;

export interface DecodedNames {
  /** Type letter and name; undefined where it cannot be known. */
  readonly names: readonly (string | undefined)[];
  readonly missing: number;
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

interface Block {
  readonly names: readonly string[];
  readonly end: number;
}

/** Decodes `count` records from `start` on. Undefined when one is no name; `end` is where the next record lies. */
export function decodeBlock(bytes: Uint8Array, start: number, count: number, tokens: readonly string[]): Block | undefined {
  const names: string[] = [];
  let at = start;
  for (let index = 0; index < count; index += 1) {
    const first = bytes[at++] ?? 0;
    const length = (first & 0x80) === 0 ? first : (first & 0x7f) | ((bytes[at++] ?? 0) << 7);
    if (length === 0 || length > maxRecord || at + length > bytes.length) return undefined;
    let name = '';
    for (const end = at + length; at < end; at += 1) if (name.length <= maxName) name += tokens[bytes[at] ?? 0] ?? '';
    if (name.length > maxName || !typed.test(name)) return undefined;
    names.push(name);
  }
  return { names, end: at };
}

/** Whether a block of names lies in a page that the dump does not hold. */
const touches = (absences: readonly KernelAbsence[], start: bigint, end: bigint): boolean =>
  absences.some(({ address }) => address < end && start <= (address | 0xfffn));

/** All names, or why there are none. */
export function* decodeNames(memory: KernelMemory, places: KallsymsPlaces, count: number, tokens: readonly string[]): Steps<DecodedNames | string> {
  const room = places.tokenTable - places.names;
  const length = Number(room > 0n && room < BigInt(maxNamesBytes) ? room : BigInt(Math.min(maxNamesBytes, count * 64)));
  const { bytes, absences } = memory.partial(places.names, length);
  const blocks = Math.ceil(count / blockNames);
  const markers = readMarkers(memory, places, blocks, count);
  const names: (string | undefined)[] = [];
  let missing = 0;
  let text = 0;
  let at: number | undefined = 0;
  for (let block = 0; block < blocks; block += 1) {
    const size = Math.min(blockNames, count - block * blockNames);
    const marker = markers?.[block];
    const start: number | undefined = marker ?? at;
    const decoded: Block | undefined = start === undefined ? undefined : decodeBlock(bytes, start, size, tokens);
    const end: number | undefined = markers?.[block + 1] ?? decoded?.end;
    const whole =
      decoded !== undefined &&
      start !== undefined &&
      decoded.end === end &&
      !touches(absences, places.names + BigInt(start), places.names + BigInt(decoded.end));
    if (block % blocksAtOnce === blocksAtOnce - 1) yield;
    if (decoded !== undefined && whole) {
      for (const name of decoded.names) {
        names.push(name);
        text += name.length;
      }
      if (text > maxNamesText) return `kallsyms_names at ${hex(places.names)}: its names have more than ${maxNamesText} characters`;
    } else {
      if (markers === undefined) {
        const why = absences[0]?.detail ?? `the record near name ${block * blockNames} is no name`;
        return `kallsyms_names at ${hex(places.names)}: ${why}, and kallsyms_markers cannot be found to go on behind it`;
      }
      for (let one = 0; one < size; one += 1) names.push(undefined);
      missing += size;
    }
    at = decoded?.end;
  }
  return missing === count ? `kallsyms_names at ${hex(places.names)}: no name can be read` : { names, missing };
}
