/** BTF blobs from a description, independent of the reader: layout of include/uapi/linux/btf.h, numbers by hand. */
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';

export type Endian = 'big' | 'little';

export type DescribedType =
  | { readonly is: 'int'; readonly name: string; readonly size: number; readonly encoding?: number }
  | { readonly is: 'float'; readonly name: string; readonly size: number }
  | { readonly is: 'refers'; readonly kind: 2 | 8 | 9 | 10 | 11 | 12 | 18; readonly name?: string; readonly type: number }
  | { readonly is: 'forward'; readonly name: string; readonly union: boolean }
  | { readonly is: 'array'; readonly type: number; readonly count: number }
  | { readonly is: 'struct' | 'union'; readonly name: string; readonly size: number; readonly members: readonly (readonly [string, number, number, number?])[] }
  | {
      readonly is: 'enum' | 'enum64';
      readonly name: string;
      readonly size: number;
      readonly signed?: boolean;
      readonly values: readonly (readonly [string, bigint])[];
    }
  | { readonly is: 'prototype'; readonly type: number; readonly parameters: readonly (readonly [string, number])[] }
  | { readonly is: 'variable'; readonly name: string; readonly type: number }
  | { readonly is: 'section'; readonly name: string; readonly size: number; readonly entries: readonly (readonly [number, number, number])[] }
  | { readonly is: 'declTag'; readonly name: string; readonly type: number }
  /** A kind that the reader does not know. */
  | { readonly is: 'future'; readonly kind: number; readonly count: number; readonly words: readonly number[] };

const signed = 1;

/** By kind: bytes that follow its record, and bytes of each of its elements. */
export type DescribedLayout = readonly (readonly [info: number, element: number])[];

/**
 * Members are [name, type, bit offset, width of a bit-field]. Ids start after those of `base`.
 * @param layout of the kinds: makes the header 32 bytes long, as since Linux 7.1
 */
export function btfBlob(
  endian: Endian,
  types: readonly DescribedType[],
  base?: { readonly stringBytes: number },
  layout?: DescribedLayout,
): Uint8Array<ArrayBuffer> {
  const little = endian === 'little';
  const firstString = base?.stringBytes ?? 0;
  let strings = base === undefined ? '\0' : '';
  const known = new Map<string, number>();
  const nameOf = (name: string): number => {
    if (name === '') return 0;
    const found = known.get(name);
    if (found !== undefined) return found;
    const at = firstString + strings.length;
    strings += `${name}\0`;
    known.set(name, at);
    return at;
  };
  const words: number[] = [];
  const record = (name: string, kind: number, count: number, flag: boolean, last: number, extra: readonly number[] = []): void => {
    words.push(nameOf(name), ((kind << 24) | count | (flag ? 0x8000_0000 : 0)) >>> 0, last);
    for (const word of extra) words.push(word);
  };
  for (const type of types) {
    switch (type.is) {
      case 'int':
        record(type.name, 1, 0, false, type.size, [((type.encoding ?? 0) << 24) | (type.size * 8)]);
        break;
      case 'float':
        record(type.name, 16, 0, false, type.size);
        break;
      case 'refers':
        record(type.name ?? '', type.kind, 0, false, type.type);
        break;
      case 'forward':
        record(type.name, 7, 0, type.union, 0);
        break;
      case 'array':
        record('', 3, 0, false, 0, [type.type, 1, type.count]);
        break;
      case 'struct':
      case 'union': {
        const hasBits = type.members.some(([, , , bits]) => bits !== undefined);
        const members = type.members.flatMap(([name, id, offset, bits = 0]) => [nameOf(name), id, hasBits ? ((bits << 24) | offset) >>> 0 : offset]);
        record(type.name, type.is === 'struct' ? 4 : 5, type.members.length, hasBits, type.size, members);
        break;
      }
      case 'enum':
        record(
          type.name,
          6,
          type.values.length,
          type.signed === true,
          type.size,
          type.values.flatMap(([name, value]) => [nameOf(name), Number(BigInt.asUintN(32, value))]),
        );
        break;
      case 'enum64':
        record(
          type.name,
          19,
          type.values.length,
          type.signed === true,
          type.size,
          type.values.flatMap(([name, value]) => [nameOf(name), Number(BigInt.asUintN(32, value)), Number(BigInt.asUintN(64, value) >> 32n)]),
        );
        break;
      case 'prototype':
        record(
          '',
          13,
          type.parameters.length,
          false,
          type.type,
          type.parameters.flatMap(([name, id]) => [nameOf(name), id]),
        );
        break;
      case 'variable':
        record(type.name, 14, 0, false, type.type, [signed]);
        break;
      case 'section':
        record(type.name, 15, type.entries.length, false, type.size, type.entries.flat());
        break;
      case 'declTag':
        record(type.name, 17, 0, false, type.type, [0xffff_ffff]);
        break;
      case 'future':
        record('', type.kind, type.count, false, 0, type.words);
    }
  }
  const headerBytes = layout === undefined ? 24 : 32;
  const stringsAt = headerBytes + words.length * 4;
  // The layout is aligned to its u16.
  const layoutAt = Math.ceil((stringsAt + strings.length) / 4) * 4;
  const bytes = new Uint8Array(layout === undefined ? stringsAt + strings.length : layoutAt + layout.length * 4);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xeb9f, little);
  view.setUint8(2, 1);
  [headerBytes, 0, words.length * 4, words.length * 4, strings.length].forEach((value, at) => view.setUint32(4 + at * 4, value, little));
  words.forEach((value, at) => view.setUint32(headerBytes + at * 4, value, little));
  bytes.set(Buffer.from(strings, 'latin1'), stringsAt);
  if (layout !== undefined) {
    view.setUint32(24, layoutAt - headerBytes, little);
    view.setUint32(28, layout.length * 4, little);
    layout.forEach(([info, element], kind) => {
      view.setUint8(layoutAt + kind * 4, info);
      view.setUint8(layoutAt + kind * 4 + 1, element);
    });
  }
  return bytes;
}

/** Types with the places that VMCOREINFO of the described systems records. */
export const printkTypes: readonly DescribedType[] = [
  { is: 'int', name: 'unsigned int', size: 4 },
  { is: 'int', name: 'long unsigned int', size: 8 },
  { is: 'int', name: 'char', size: 1, encoding: 0 },
  { is: 'int', name: 'short unsigned int', size: 2 },
  { is: 'struct', name: '', size: 8, members: [['counter', 2, 0]] },
  { is: 'refers', kind: 8, name: 'atomic_long_t', type: 5 },
  {
    is: 'struct',
    name: 'prb_data_blk_lpos',
    size: 16,
    members: [
      ['begin', 2, 0],
      ['next', 2, 64],
    ],
  },
  {
    is: 'struct',
    name: 'prb_desc',
    size: 24,
    members: [
      ['state_var', 6, 0],
      ['text_blk_lpos', 7, 64],
    ],
  },
  { is: 'refers', kind: 2, type: 8 },
  {
    is: 'struct',
    name: 'prb_desc_ring',
    size: 48,
    members: [
      ['count_bits', 1, 0],
      ['descs', 9, 64],
      ['infos', 2, 128],
      ['head_id', 6, 192],
      ['tail_id', 6, 256],
    ],
  },
  {
    is: 'struct',
    name: 'prb_data_ring',
    size: 32,
    members: [
      ['size_bits', 1, 0],
      ['data', 2, 64],
      ['head_lpos', 6, 128],
      ['tail_lpos', 6, 192],
    ],
  },
  {
    is: 'struct',
    name: 'printk_ringbuffer',
    size: 88,
    members: [
      ['desc_ring', 10, 0],
      ['text_data_ring', 11, 384],
      ['fail', 6, 640],
    ],
  },
  { is: 'array', type: 3, count: 16 },
  {
    is: 'struct',
    name: 'printk_info',
    size: 88,
    members: [
      ['seq', 2, 0],
      ['ts_nsec', 2, 64],
      ['text_len', 4, 128],
      ['caller_id', 1, 160],
    ],
  },
];

/** A described s390x system that carries BTF, found by a scan: the kernel's own is never below 1 MiB. */
export function dumpWithTypes(layout?: DescribedLayout): Uint8Array {
  const system = s390xSystem({ memorySize: 0x100_0000 });
  const padding = Array.from({ length: 70_000 }, (): DescribedType => ({ is: 'int', name: 'int', size: 4, encoding: signed }));
  system.memory.write(0x90_0004, btfBlob('big', [...printkTypes, ...padding], undefined, layout));
  return elfVmcore(system);
}
