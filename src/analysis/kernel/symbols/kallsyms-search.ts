/**
 * Finds kallsyms where vmcoreinfo does not say where it lies: kernels before 6.0 (vmcoreinfo-kallsyms-btf.md section 3, "order in memory").
 * The table of tokens with its index is a pattern that nothing else has; the others lie around it in a fixed order, and what is found
 * still has to prove itself as any table has to. Proven on real dumps of 6.1 and 6.12 whose keys were withheld.
 */
import { valueOf } from '../../../shared/result.ts';
import type { VirtualAddress } from '../../../shared/units.ts';
import { kallsymsTokens } from './kallsyms.ts';
import type { KallsymsPlaces } from './kallsyms-places.ts';
import { scanBlock, tokensOf } from './token-names.ts';
import type { KernelMemory } from '../memory/kernel-memory.ts';

/** Read-only data follows the text; distribution kernels have up to 40 MiB of both. */
const searchBytes = 96 * 1024 * 1024;
const stepBytes = 1 << 20;
const tokens = 256;
const indexBytes = tokens * 2;
const maxToken = 128;
const maxTokenTable = 16 * 1024;
/** Names, markers and the order by name of 300 000 symbols take 6 MiB. */
const maxNamesBytes = 12 * 1024 * 1024;
const provenNames = 64;
const minSymbols = 10_000;
const maxSymbols = 2_000_000;

/**
 * Memory that is made of such patterns would be looked through for hours: then the tables are not to be found. A sound kernel has one token index,
 * and some thousands of numbers before it that could be a count.
 */
const maxIndexes = 4096;
const maxDecodes = 1 << 17;
const maxPlaces = 64;
/** Between two pauses. */
const decodesAtOnce = 16;

interface Budget {
  decodes: number;
  places: number;
}

const alignDown = (address: VirtualAddress): bigint => address - (address % 8n);
const alignUp = (address: VirtualAddress): bigint => alignDown(address + 7n);

/** 256 numbers that start with 0 and ascend: where each token's text starts. */
function isTokenIndex(view: DataView, at: number, little: boolean): boolean {
  let last = 0;
  for (let code = 1; code < tokens; code += 1) {
    const start = view.getUint16(at + code * 2, little);
    if (start <= last || start > last + maxToken) return false;
    last = start;
  }
  return last <= maxTokenTable;
}

function* tokenIndexes(memory: KernelMemory, from: bigint): Generator<bigint | undefined> {
  const little = memory.endian === 'little';
  let found = 0;
  for (let start = alignDown(from); start < from + BigInt(searchBytes); start += BigInt(stepBytes)) {
    const { bytes } = memory.partial(start, stepBytes + indexBytes);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at < stepBytes && at + indexBytes <= bytes.length; at += 4) {
      // 0, then a small number: most places are done with here.
      const pair = view.getUint32(at, little);
      const second = little ? pair >>> 16 : pair & 0xffff;
      if (second === 0 || second > maxToken || (little ? pair & 0xffff : pair >>> 16) !== 0) continue;
      if (!isTokenIndex(view, at, little)) continue;
      if ((found += 1) > maxIndexes) return;
      yield start + BigInt(at);
    }
    yield undefined;
  }
}

/** Where the texts start that an index belongs to: up to 8 bytes of padding lie between. */
function tokenTableOf(memory: KernelMemory, index: bigint): { readonly at: bigint; readonly texts: readonly string[] } | undefined {
  const last = memory.u16(index + BigInt(indexBytes - 2)) ?? 0;
  for (let room = last + 2; room < last + maxToken + 8; room += 1) {
    const at = index - BigInt(room);
    if (at % 4n !== 0n) continue;
    const texts = valueOf(kallsymsTokens(memory, at, index));
    const end = texts === undefined ? undefined : last + (texts[tokens - 1]?.length ?? 0) + 1;
    if (texts !== undefined && end !== undefined && room - end >= 0 && room - end < 8) return { at, texts };
  }
  return undefined;
}

interface Names {
  readonly at: bigint;
  readonly countAt: bigint;
  readonly count: number;
}

/** kallsyms_num_syms is before the names, which lie somewhere before the token table. */
function* namesBefore(memory: KernelMemory, table: bigint, texts: readonly string[], budget: Budget): Generator<Names | undefined> {
  const little = memory.endian === 'little';
  const start = table > BigInt(maxNamesBytes) ? alignDown(table - BigInt(maxNamesBytes)) : 0n;
  const { bytes } = memory.partial(start, Number(table - start));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tokenTexts = tokensOf(texts);
  for (let at = bytes.length - minSymbols * 2; at >= 0; at -= 4) {
    const count = view.getUint32(at, little);
    if (count < minSymbols || count > maxSymbols) continue;
    budget.decodes -= 1;
    if (budget.decodes <= 0) return;
    if (budget.decodes % decodesAtOnce === 0) yield undefined;
    for (const gap of [8, 4]) {
      if (scanBlock(bytes, at + gap, provenNames, tokenTexts) !== undefined) yield { at: start + BigInt(at + gap), countAt: start + BigInt(at), count };
    }
  }
}

/** Both places of the addresses: before the count (up to 6.3), or after the token index. */
function addressPlaces(
  index: bigint,
  { countAt, count }: Names,
  pointerBytes: number,
): readonly Pick<KallsymsPlaces, 'offsets' | 'relativeBase' | 'addresses'>[] {
  const base = countAt - 8n;
  const before = [...new Set([alignDown(base - BigInt(count * 4)), base - BigInt(count * 4)])].map((offsets) => ({ offsets, relativeBase: base }));
  const behind = index + BigInt(indexBytes);
  return [
    ...before,
    { offsets: behind, relativeBase: alignUp(behind + BigInt(count * 4)) },
    { offsets: behind },
    { addresses: alignDown(countAt - BigInt(count * pointerBytes)) },
  ];
}

/** Places where the tables may lie, and undefined for pauses; each place has to be read and proven. `from` is _stext. */
export function* searchKallsyms(memory: KernelMemory, from: bigint): Generator<KallsymsPlaces | undefined> {
  const budget: Budget = { decodes: maxDecodes, places: maxPlaces };
  for (const tokenIndex of tokenIndexes(memory, from)) {
    yield undefined;
    const table = tokenIndex === undefined ? undefined : tokenTableOf(memory, tokenIndex);
    if (tokenIndex === undefined || table === undefined) continue;
    for (const names of namesBefore(memory, table.at, table.texts, budget)) {
      if (names === undefined) yield undefined;
      else {
        for (const places of addressPlaces(tokenIndex, names, memory.pointerBytes)) {
          if ((budget.places -= 1) < 0) return;
          yield { names: names.at, count: names.countAt, tokenTable: table.at, tokenIndex, ...places, found: 'found by their pattern' };
        }
      }
    }
  }
}
