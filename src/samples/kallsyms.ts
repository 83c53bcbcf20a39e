import { append } from '../shared/append.ts';
import type { MemoryImage } from './memory-image.ts';

export interface KernelSymbol {
  /** Type letter of nm: T t D d B b R r A a W w V v. */
  readonly type: string;
  readonly name: string;
  readonly address: bigint;
}

export interface KallsymsPlace {
  /** Where the tables start; 8-aligned. */
  readonly start: number;
  /** First address past the room for them. */
  readonly end: number;
  /** Turns an address of this memory into the virtual address that the keys hold. */
  readonly virtual: (address: number) => bigint;
  /** Order of the tables in memory: as in 6.1, or as in 6.12 and later, with seqs_of_names. */
  readonly order: '6.1' | '6.12';
}

/** Tokens next to the single characters; their codes count down from 255, so that letters, digits and marks keep their own. */
const longTokens = ['tsample_fn_', '__s390x_sys_', 'handler', 'kernel', '_write', 'idle', 'schedule', '_int_'] as const;

/** Token text by code: single characters at their ASCII index, long tokens at the end. */
function tokenTexts(): readonly string[] {
  const texts = Array.from({ length: 256 }, (_, code) => (code >= 0x21 && code < 0x7f ? String.fromCharCode(code) : ''));
  longTokens.forEach((token, index) => {
    texts[255 - index] = token;
  });
  return texts;
}

/** A name record: length, then one byte per token; names of 128 tokens and more take a second length byte. */
function encodeName(symbol: KernelSymbol): readonly number[] {
  const text = symbol.type + symbol.name;
  const codes: number[] = [];
  let position = 0;
  while (position < text.length) {
    const token = longTokens.findIndex((candidate) => text.startsWith(candidate, position));
    const long = longTokens[token];
    if (long !== undefined) {
      codes.push(255 - token);
      position += long.length;
    } else {
      codes.push(text.charCodeAt(position));
      position += 1;
    }
  }
  return codes.length < 0x80 ? [codes.length, ...codes] : [0x80 | (codes.length & 0x7f), codes.length >> 7, ...codes];
}

/**
 * Writes the kallsyms tables with 32-bit offsets from a relative base (vmcoreinfo-kallsyms-btf.md section 3).
 * @param symbols in ascending order of address, all within 4 GiB from the first
 * @returns the VMCOREINFO lines that lead to the tables
 */
export function writeKallsyms(memory: MemoryImage, place: KallsymsPlace, symbols: readonly KernelSymbol[]): readonly string[] {
  const base = symbols[0]?.address ?? 0n;
  const names: number[] = [];
  const markers: number[] = [];
  symbols.forEach((symbol, index) => {
    if (index % 256 === 0) markers.push(names.length);
    append(names, encodeName(symbol));
  });
  const texts = tokenTexts();
  const tokenOffsets: number[] = [];
  let tokenTable = '';
  for (const text of texts) {
    tokenOffsets.push(tokenTable.length);
    tokenTable += `${text}\0`;
  }

  const tables: Readonly<Record<string, () => Uint8Array>> = {
    offsets: () =>
      numbers(
        symbols.map(({ address }) => Number(address - base)),
        4,
      ),
    relative_base: () => numbers([base], 8),
    num_syms: () => numbers([symbols.length], 4),
    names: () => Uint8Array.from(names),
    markers: () => numbers(markers, 4),
    token_table: () => new TextEncoder().encode(tokenTable),
    token_index: () => numbers(tokenOffsets, 2),
    seqs_of_names: () => sequence(symbols),
  };
  const order =
    place.order === '6.1'
      ? ['offsets', 'relative_base', 'num_syms', 'names', 'markers', 'token_table', 'token_index']
      : ['num_syms', 'names', 'markers', 'token_table', 'token_index', 'offsets', 'relative_base', 'seqs_of_names'];
  const addresses = new Map<string, number>();
  let position = place.start;
  for (const name of order) {
    const bytes = tables[name]?.() ?? new Uint8Array(0);
    position = Math.ceil(position / 8) * 8;
    if (position + bytes.length > place.end) throw new RangeError('the kallsyms tables do not fit');
    memory.write(position, bytes);
    addresses.set(name, position);
    position += bytes.length;
  }
  const published = ['names', 'num_syms', 'token_table', 'token_index', 'offsets', 'relative_base'];
  return published.map((name) => `SYMBOL(kallsyms_${name})=${place.virtual(addresses.get(name) ?? 0).toString(16)}`);

  function numbers(values: readonly (number | bigint)[], size: 2 | 4 | 8): Uint8Array {
    const bytes = new Uint8Array(values.length * size);
    const view = new DataView(bytes.buffer);
    const little = memory.endian === 'little';
    values.forEach((value, index) => {
      if (size === 8) view.setBigUint64(index * 8, BigInt(value), little);
      else if (size === 4) view.setUint32(index * 4, Number(value), little);
      else view.setUint16(index * 2, Number(value), little);
    });
    return bytes;
  }
}

/** Indices of the symbols in byte-wise order of their names, 3 bytes each. */
function sequence(symbols: readonly KernelSymbol[]): Uint8Array {
  const order = symbols.map((_, index) => index);
  const nameOf = (index: number): string => symbols[index]?.name ?? '';
  order.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : a - b));
  const bytes = new Uint8Array(order.length * 3);
  order.forEach((index, slot) => bytes.set([index >> 16, (index >> 8) & 0xff, index & 0xff], slot * 3));
  return bytes;
}
