/**
 * The compressed names of kallsyms: a length, then one byte per token (vmcoreinfo-kallsyms-btf.md section 3). kallsyms_markers holds
 * where every 256th record starts, so that a page that is missing takes only the names of its own blocks away.
 */
import { failed, type Failure, type Result } from '../../../shared/result.ts';
import { hex } from '../../../shared/units.ts';
import type { Steps } from '../../jobs/steps.ts';
import type { KallsymsPlaces } from './kallsyms-places.ts';
import type { SymbolNames } from './symbol-names.ts';
import { scanBlock, TokenNames, tokensOf, type ScannedBlock } from './token-names.ts';
import type { KernelAbsence, KernelMemory } from '../memory/kernel-memory.ts';

const blockNames = 256;
/** Between two pauses. */
const blocksAtOnce = 4;
const markerBytes = 4;
const maxNamesBytes = 48 * 1024 * 1024;
/** Characters of all names together: a kernel of a distribution has some 6 Mi. */
const maxNamesText = 64 * 1024 * 1024;

export interface DecodedNames {
  /** Unknown where a page of them is not in the dump. */
  readonly names: SymbolNames;
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

/** Whether a block of names lies in a page that the dump does not hold. */
const touches = (absences: readonly KernelAbsence[], start: bigint, end: bigint): boolean =>
  absences.some(({ address }) => address < end && start <= (address | 0xfffn));

/** All names, or why there are none: each is looked at, and none is put together. */
export function* decodeNames(memory: KernelMemory, places: KallsymsPlaces, count: number, texts: readonly string[]): Steps<Result<DecodedNames>> {
  const not = (why: string): Failure => failed('symbols', why);
  const room = places.tokenTable - places.names;
  const length = Number(room > 0n && room < BigInt(maxNamesBytes) ? room : BigInt(Math.min(maxNamesBytes, count * 64)));
  const { bytes, absences } = memory.partial(places.names, length);
  const blocks = Math.ceil(count / blockNames);
  const markers = readMarkers(memory, places, blocks, count);
  const tokens = tokensOf(texts);
  const columns = TokenNames.columns(count);
  let missing = 0;
  let text = 0;
  let at: number | undefined = 0;
  let used = 0;
  for (let block = 0; block < blocks; block += 1) {
    const position = block * blockNames;
    const size = Math.min(blockNames, count - position);
    const start: number | undefined = markers?.[block] ?? at;
    const scanned: ScannedBlock | undefined = start === undefined ? undefined : scanBlock(bytes, start, size, tokens, columns, position);
    const end: number | undefined = markers?.[block + 1] ?? scanned?.end;
    const whole =
      scanned !== undefined && start !== undefined && scanned.end === end && !touches(absences, places.names + BigInt(start), places.names + BigInt(end));
    if (block % blocksAtOnce === blocksAtOnce - 1) yield;
    text += scanned?.text ?? 0;
    if (text > maxNamesText) return not(`kallsyms_names at ${hex(places.names)}: its names have more than ${maxNamesText} characters`);
    if (!whole) {
      if (markers === undefined) {
        const why = absences[0]?.detail ?? `the record near name ${position} is not a name`;
        return not(`kallsyms_names at ${hex(places.names)}: ${why}, and kallsyms_markers cannot be found to continue after it`);
      }
      TokenNames.forget(columns, position, size);
      text -= scanned?.text ?? 0;
      missing += size;
    }
    at = scanned?.end;
    used = Math.max(used, at ?? 0);
  }
  if (missing === count) return not(`kallsyms_names at ${hex(places.names)}: no name can be read`);
  // What was read continues to the table of tokens, which may lie far away.
  const records = used < bytes.length / 2 ? bytes.slice(0, used) : bytes;
  return { value: { names: new TokenNames(records, tokens, columns, count - missing), missing } };
}
