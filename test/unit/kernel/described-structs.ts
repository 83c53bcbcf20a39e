/**
 * Kernel types written down as C would have them, and objects of them in memory: BTF for the reader, offsets by the rules of C for the writer,
 * neither from the other.
 */
import { isFailure } from '../../../src/shared/result.ts';
import type { MemoryImage } from '../../../src/samples/memory-image.ts';
import { readBtf, type BtfTypes } from '../../../src/analysis/kernel/btf/btf-types.ts';
import type { KernelMemory } from '../../../src/analysis/kernel/memory/kernel-memory.ts';
import { withoutLostPages } from '../../../src/analysis/kernel/memory/lost-pages.ts';
import { kernelObjects, type KernelObjects } from '../../../src/analysis/kernel/object/kernel-objects.ts';
import { symbolTable, type SymbolTable } from '../../../src/analysis/kernel/symbols/symbol-table.ts';
import type { Vmcoreinfo } from '../../../src/analysis/kernel/vmcoreinfo/vmcoreinfo.ts';
import { btfBlob, type DescribedType, type Endian } from './described-btf.ts';
import { plainMemory } from './described-logs.ts';

/**
 * Members by name: "u32", "list_head", "thing *", "char[16]", "u32 : 3" (bits follow the bit-field before), "u64 @0x40". A name that begins with
 * "_anonymous" is none. A struct whose own name begins with "union " is one.
 */
export type Structs = Readonly<Record<string, Readonly<Record<string, string>>>>;
export type Enums = Readonly<Record<string, Readonly<Record<string, bigint>>>>;

const integers: Readonly<Record<string, { readonly size: number; readonly encoding?: number }>> = {
  char: { size: 1 },
  bool: { size: 1, encoding: 4 },
  u8: { size: 1 },
  u16: { size: 2 },
  u32: { size: 4 },
  u64: { size: 8 },
  s32: { size: 4, encoding: 1 },
  s64: { size: 8, encoding: 1 },
};

interface Extent {
  readonly size: number;
  readonly align: number;
}

interface Member {
  readonly name: string;
  /** "u32", "thing *", "char[16]". */
  readonly type: string;
  readonly bits: number;
  /** From the start, in bits, as BTF counts them. */
  readonly bitOffset: number;
}

interface Laid extends Extent {
  readonly members: readonly Member[];
}

const roundUp = (value: number, to: number): number => Math.ceil(value / to) * to;

export class DescribedStructs {
  readonly endian: Endian;
  private readonly structs: Structs;
  private readonly enums: Enums;
  private readonly laid = new Map<string, Laid>();

  constructor(endian: Endian, structs: Structs, enums: Enums = {}) {
    this.endian = endian;
    this.structs = structs;
    this.enums = enums;
  }

  private extent(type: string): Extent {
    const array = /^(.*)\[(\d+)\]$/.exec(type);
    if (array?.[1] !== undefined) {
      const element = this.extent(array[1]);
      return { size: element.size * Number(array[2]), align: element.align };
    }
    if (type.endsWith('*')) return { size: 8, align: 8 };
    const integer = integers[type];
    if (integer !== undefined) return { size: integer.size, align: integer.size };
    if (type in this.enums) return { size: 4, align: 4 };
    return this.layout(type);
  }

  private layout(name: string): Laid {
    const known = this.laid.get(name);
    if (known !== undefined) return known;
    const written = this.structs[name] ?? this.structs[`union ${name}`];
    if (written === undefined) throw new Error(`no struct ${name} is described`);
    const isUnion = this.structs[name] === undefined;
    let end = 0;
    let align = 1;
    let bitEnd: number | undefined;
    let last = 0;
    const members = Object.entries(written).map(([title, spec]): Member => {
      const match = /^(.*?)(?:\s*:\s*(\d+))?(?:\s*@(0x[0-9a-f]+|\d+))?$/.exec(spec);
      const type = (match?.[1] ?? '').trim();
      const bits = Number(match?.[2] ?? 0);
      const one = this.extent(type);
      align = Math.max(align, one.align);
      let at = match?.[3] === undefined ? roundUp(isUnion ? 0 : end, one.align) : Number(match[3]);
      let bitOffset = at * 8;
      if (bits > 0 && bitEnd !== undefined && bitEnd + bits <= one.size * 8) {
        at = last;
        bitOffset = at * 8 + bitEnd;
      } else if (bits > 0) bitEnd = 0;
      else bitEnd = undefined;
      if (bitEnd !== undefined) bitEnd += bits;
      last = at;
      end = Math.max(end, at + one.size);
      return { name: title.startsWith('_anonymous') ? '' : title, type, bits, bitOffset };
    });
    const laid = { size: roundUp(end, align), align, members };
    this.laid.set(name, laid);
    return laid;
  }

  sizeOf(type: string): number {
    return this.extent(type).size;
  }

  /** A member by its path, in bytes; "slots[3]" is an element. */
  private place(type: string, path: string): { readonly offset: number; readonly type: string; readonly bits: number; readonly bitOffset: number } {
    let at = 0;
    let now = type;
    let bits = 0;
    let within = 0;
    for (const piece of path.split('.')) {
      const match = /^(\w+)((?:\[\d+\])*)$/.exec(piece);
      const found = this.find(now, match?.[1] ?? '');
      if (found === undefined) throw new Error(`${now} has no ${piece}`);
      at += Math.floor(found.bitOffset / 8);
      within = found.bitOffset % 8;
      bits = found.bits;
      now = found.type;
      for (const [, index] of (match?.[2] ?? '').matchAll(/\[(\d+)\]/g)) {
        now = now.replace(/\[\d+\]$/, '');
        at += Number(index) * this.extent(now).size;
      }
    }
    return { offset: at, type: now, bits, bitOffset: within };
  }

  private find(type: string, name: string): Member | undefined {
    for (const member of this.layout(type).members) {
      if (member.name === name) return member;
      if (member.name !== '') continue;
      const inner = this.find(member.type, name);
      if (inner !== undefined) return { ...inner, bitOffset: member.bitOffset + inner.bitOffset };
    }
    return undefined;
  }

  offsetOf(type: string, path: string): number {
    return this.place(type, path).offset;
  }

  /** Writes members of an object; others keep their bytes. */
  put(memory: MemoryImage, address: number, type: string, values: Readonly<Record<string, number | bigint | string>>): number {
    for (const [path, value] of Object.entries(values)) {
      const { offset, type: member, bits, bitOffset } = this.place(type, path);
      const at = address + offset;
      if (typeof value === 'string') memory.text(at, value);
      else if (bits > 0) this.putBits(memory, at, bitOffset, bits, BigInt(value));
      else {
        const number = BigInt.asUintN(64, BigInt(value));
        const { size } = this.extent(member);
        if (size === 8) memory.u64(at, number);
        else if (size === 4) memory.u32(at, Number(BigInt.asUintN(32, number)));
        else if (size === 2) memory.u16(at, Number(BigInt.asUintN(16, number)));
        else memory.u8(at, Number(BigInt.asUintN(8, number)));
      }
    }
    return address;
  }

  /** Bits count from the most significant side of a byte on big-endian machines. */
  private putBits(memory: MemoryImage, at: number, bitOffset: number, bits: number, value: bigint): void {
    for (let bit = 0; bit < bits; bit += 1) {
      const isBig = this.endian === 'big';
      const set = ((value >> BigInt(isBig ? bits - 1 - bit : bit)) & 1n) === 1n;
      const position = bitOffset + bit;
      const byte = at + Math.floor(position / 8);
      const mask = isBig ? 0x80 >> (position % 8) : 1 << (position % 8);
      const before = memory.read(byte, 1)[0] ?? 0;
      memory.u8(byte, set ? before | mask : before & ~mask);
    }
  }

  types(): BtfTypes {
    const found = readBtf(this.blob(), this.endian);
    if (isFailure(found)) throw new Error(found.missing.why);
    return found.value;
  }

  /** As the section .BTF of a kernel has them. */
  blob(): Uint8Array<ArrayBuffer> {
    const types: DescribedType[] = [];
    const ids = new Map<string, number>();
    const add = (name: string, type: DescribedType): number => {
      types.push(type);
      ids.set(name, types.length);
      return types.length;
    };
    for (const [name, { size, encoding }] of Object.entries(integers)) add(name, { is: 'int', name, size, encoding: encoding ?? 0 });
    for (const [name, values] of Object.entries(this.enums)) add(name, { is: 'enum', name, size: 4, values: Object.entries(values) });
    // Structs refer to each other through pointers: their ids come before their members' types.
    const names = Object.keys(this.structs).map((name) => [name, name.replace(/^union /, '')] as const);
    const first = types.length + 1;
    names.forEach(([, name], at) => ids.set(name, first + at));
    const later: DescribedType[] = [];
    const laterFirst = first + names.length;
    const idOf = (type: string): number => {
      const known = ids.get(type) ?? (type === 'void' ? 0 : undefined);
      if (known !== undefined) return known;
      const array = /^(.*)\[(\d+)\]$/.exec(type);
      const made: DescribedType =
        array?.[1] === undefined
          ? { is: 'refers', kind: 2, type: idOf(type.replace(/\s*\*$/, '')) }
          : { is: 'array', type: idOf(array[1]), count: Number(array[2]) };
      later.push(made);
      const id = laterFirst + later.length - 1;
      ids.set(type, id);
      return id;
    };
    const aggregates = names.map(([written, name]): DescribedType => {
      const { size, members } = this.layout(name);
      return {
        is: written.startsWith('union ') ? 'union' : 'struct',
        name: name.startsWith('_anonymous') ? '' : name,
        size,
        members: members.map((one) => [one.name, idOf(one.type), one.bitOffset, ...(one.bits === 0 ? [] : [one.bits])] as const) as never,
      };
    });
    return btfBlob(this.endian, [...types, ...aggregates, ...later]);
  }
}

export interface DescribedKernel {
  readonly memory: KernelMemory;
  readonly objects: KernelObjects;
  readonly symbols: SymbolTable;
}

/** A kernel whose virtual addresses are physical ones. */
export function describedKernel(
  image: MemoryImage,
  parts: {
    readonly types?: BtfTypes;
    readonly symbols?: Readonly<Record<string, number>>;
    readonly vmcoreinfo?: Vmcoreinfo;
    readonly absent?: readonly number[];
  },
): DescribedKernel {
  const memory = withoutLostPages(plainMemory(image, parts.absent));
  const sorted = Object.entries(parts.symbols ?? {}).sort(([, a], [, b]) => a - b);
  const symbols = symbolTable('test', { addresses: BigUint64Array.from(sorted, ([, at]) => BigInt(at)), names: sorted.map(([name]) => `D${name}`) });
  const symbolAt = (address: bigint): string | undefined => {
    const found = symbols.at(address);
    return found === undefined ? undefined : found.name;
  };
  const space = { types: parts.types, noTypes: 'this kernel has none', vmcoreinfo: parts.vmcoreinfo, pointerBytes: 8 as const, memory, symbolAt };
  return { memory, objects: kernelObjects({ space, symbols, noSymbols: '' }), symbols };
}
