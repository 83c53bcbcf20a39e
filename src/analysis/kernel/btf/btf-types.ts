/**
 * BTF, the kernel's description of its own types (vmcoreinfo-kallsyms-btf.md section 4; include/uapi/linux/btf.h of 6.19): all kinds, both
 * byte orders, and the split BTF of modules, whose ids and strings continue where those of the kernel end.
 */
import { failed, type Failure, type Result } from '../../../shared/result.ts';
import { finish, type Steps } from '../../jobs/steps.ts';
import { NameIndex } from './name-index.ts';
import { PlaceColumn } from './place-column.ts';

export const kinds = {
  void: 0,
  int: 1,
  pointer: 2,
  array: 3,
  struct: 4,
  union: 5,
  enum: 6,
  forward: 7,
  typedef: 8,
  volatile: 9,
  const: 10,
  restrict: 11,
  function: 12,
  prototype: 13,
  variable: 14,
  section: 15,
  float: 16,
  declTag: 17,
  typeTag: 18,
  enum64: 19,
  locationParameter: 20,
  locationPrototype: 21,
  locationSection: 22,
} as const;
export type BtfKind = (typeof kinds)[keyof typeof kinds];

export interface BtfMember {
  /** Empty for an anonymous struct or union. */
  readonly name: string;
  readonly type: number;
  /** From the start of the struct, in bits; on big-endian machines counted from the most significant side. */
  readonly bitOffset: number;
  /** Width of a bit-field, 0 for none. */
  readonly bits: number;
}

export interface BtfEnumerator {
  readonly name: string;
  readonly value: bigint;
}

export interface BtfType {
  readonly id: number;
  readonly kind: BtfKind;
  readonly name: string;
  /** Bytes, for int, struct, union, enum, float and section. */
  readonly size: number;
  /** Referred type, for the others. */
  readonly type: number;
  readonly kindFlag: boolean;
}

export interface BtfTypes {
  /** Number of types, those of the base included; ids run from 0 (void) to count. */
  readonly count: number;
  /** The first id that is not the base's. */
  readonly firstId: number;
  readonly stringBytes: number;
  get(id: number): BtfType | undefined;
  /** Ids of a named type of one of these kinds. */
  named(name: string, wanted: readonly BtfKind[]): readonly number[];
  /** Names of structs, unions, enums and typedefs. */
  names(): Iterable<string>;
  members(id: number): readonly BtfMember[];
  enumerators(id: number): readonly BtfEnumerator[];
  array(id: number): { readonly type: number; readonly count: number } | undefined;
  int(
    id: number,
  ): { readonly isSigned: boolean; readonly isChar: boolean; readonly isBool: boolean; readonly bits: number; readonly offset: number } | undefined;
}

/** The header without layout, which every BTF has; with the layout of kinds (since Linux 7.1) it takes 8 bytes more. */
export const btfHeaderBytes = 24;
export const longBtfHeaderBytes = 32;
const layoutBytes = 4;
/** Old kernels left the upper bits of count and kind zero. */
const countOf = (info: number): number => info & 0xff_ffff;
const kindOf = (info: number): number => (info >>> 24) & 0x7f;
const magic = 0xeb9f;
const recordBytes = 12;
const maxTypes = 4_000_000;
/** Of a struct, union or enum, whose members are handed out as a list: 16 times what a count had room for until Linux 7.1 (BTF_MAX_VLEN 0xffff). */
const maxMembers = 1 << 20;
const listedKinds = new Set<number>([kinds.struct, kinds.union, kinds.enum, kinds.enum64]);
/** KSYM_NAME_LEN is 512; BTF records no longer names. */
const maxNameBytes = 1024;
/** Between two pauses. */
const typesAtOnce = 1024;

export interface BtfHeader {
  readonly headerBytes: number;
  readonly typeOffset: number;
  readonly typeBytes: number;
  readonly stringOffset: number;
  readonly stringBytes: number;
  /** What follows the record of each kind, as the blob itself says: kinds that were not there when this was written can be passed. */
  readonly layout: { readonly offset: number; readonly bytes: number } | undefined;
  /** Of the whole blob. */
  readonly bytes: number;
}

/** The header, or undefined when these bytes are none. */
export function btfHeader(bytes: Uint8Array, endian: 'big' | 'little'): BtfHeader | undefined {
  if (bytes.length < btfHeaderBytes) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = endian === 'little';
  const u32 = (at: number): number => view.getUint32(at, little);
  const headerBytes = u32(4);
  if (view.getUint16(0, little) !== magic || view.getUint8(2) !== 1 || headerBytes < btfHeaderBytes || headerBytes > 256) return undefined;
  const [typeOffset, typeBytes, stringOffset, stringBytes] = [u32(8), u32(12), u32(16), u32(20)];
  if (typeOffset % 4 !== 0 || stringOffset < typeOffset + typeBytes || stringBytes === 0) return undefined;
  const long = headerBytes >= longBtfHeaderBytes && bytes.length >= longBtfHeaderBytes;
  const layout = long && u32(28) > 0 ? { offset: headerBytes + u32(24), bytes: u32(28) } : undefined;
  const end = Math.max(headerBytes + stringOffset + stringBytes, layout === undefined ? 0 : layout.offset + layout.bytes);
  return { headerBytes, typeOffset, typeBytes, stringOffset, stringBytes, layout, bytes: end };
}

/** Bytes that follow a record of a kind by the blob's own layout: struct btf_layout { u8 info_sz; u8 elem_sz; u16 flags }. */
function bytesByLayout(view: DataView, { layout }: BtfHeader, kind: number, count: number): number | undefined {
  if (layout === undefined || (kind + 1) * layoutBytes > layout.bytes) return undefined;
  const at = layout.offset + kind * layoutBytes;
  return view.getUint8(at) + count * view.getUint8(at + 1);
}

/** Bytes that follow the 12 of a record, by kind; undefined for a kind that is not known. */
function extraBytes(kind: number, count: number): number | undefined {
  switch (kind) {
    case kinds.int:
    case kinds.variable:
    case kinds.declTag:
      return 4;
    case kinds.array:
      return 12;
    case kinds.locationParameter:
      return 4 + count * 4;
    case kinds.locationPrototype:
      return count * 4;
    case kinds.struct:
    case kinds.union:
    case kinds.section:
    case kinds.enum64:
    case kinds.locationSection:
      return count * 12;
    case kinds.enum:
    case kinds.prototype:
      return count * 8;
    case kinds.pointer:
    case kinds.forward:
    case kinds.typedef:
    case kinds.volatile:
    case kinds.const:
    case kinds.restrict:
    case kinds.function:
    case kinds.float:
    case kinds.typeTag:
      return 0;
    default:
      return undefined;
  }
}

const namedKinds = new Set<number>([kinds.int, kinds.struct, kinds.union, kinds.enum, kinds.enum64, kinds.typedef, kinds.float]);

/** The same at once. */
export const readBtf = (bytes: Uint8Array, endian: 'big' | 'little', base?: BtfTypes): Result<BtfTypes> => finish(btfSteps(bytes, endian, base));

/**
 * Reads a whole blob.
 * @param base the kernel's types, for the split BTF of a module
 * @returns the types, or what is wrong with the bytes
 */
export function* btfSteps(bytes: Uint8Array, endian: 'big' | 'little', base?: BtfTypes): Steps<Result<BtfTypes>> {
  const not = (why: string): Failure => failed('BTF', why);
  const header = btfHeader(bytes, endian);
  if (header === undefined) return not('it has no BTF header');
  if (header.bytes > bytes.length) return not(`its header claims ${header.bytes} bytes, ${bytes.length} are there`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = endian === 'little';
  const typeStart = header.headerBytes + header.typeOffset;
  const typeEnd = typeStart + header.typeBytes;
  const stringStart = header.headerBytes + header.stringOffset;
  const strings = bytes.subarray(stringStart, stringStart + header.stringBytes);
  if (base === undefined && strings[0] !== 0) return not('its strings do not start with an empty one');
  if (strings.at(-1) !== 0) return not('its last string has no end');
  const firstString = base?.stringBytes ?? 0;
  const firstId = (base?.count ?? 0) + 1;
  const places = new PlaceColumn(header.typeBytes);
  for (let at = typeStart; at < typeEnd;) {
    if (places.length % typesAtOnce === typesAtOnce - 1) yield;
    if (at + recordBytes > typeEnd) return not(`type ${firstId + places.length} is cut off`);
    const info = view.getUint32(at + 4, little);
    const kind = kindOf(info);
    const extra = extraBytes(kind, countOf(info)) ?? bytesByLayout(view, header, kind, countOf(info));
    if (extra === undefined) return not(`type ${firstId + places.length} is of the unknown kind ${kind}`);
    if (view.getUint32(at, little) >= firstString + header.stringBytes) return not(`the name of type ${firstId + places.length} lies outside its strings`);
    if (countOf(info) > maxMembers && listedKinds.has(kind))
      return not(`type ${firstId + places.length} has ${countOf(info)} members, more than ${maxMembers}`);
    if (places.length >= maxTypes) return not(`it has more than ${maxTypes} types`);
    places.push(at);
    at += recordBytes + extra;
    if (at > typeEnd) return not(`type ${firstId + places.length - 1} runs past the end`);
  }
  const count = firstId - 1 + places.length;

  function text(offset: number): string {
    if (offset < firstString) return baseText?.(offset) ?? '';
    const start = offset - firstString;
    // No name of the kernel is longer; strings without an end in sight are damage, and each would be a copy of megabytes.
    const near = strings.subarray(start, start + maxNameBytes);
    const end = near.indexOf(0);
    return end === -1 ? '' : Buffer.from(near.buffer, near.byteOffset, end).toString('latin1');
  }
  const baseText = base === undefined ? undefined : (base as BtfTypes & { readonly text: (offset: number) => string }).text;

  const u32 = (at: number): number => view.getUint32(at, little);
  const placeOf = (id: number): number | undefined => (id >= firstId ? places.at(id - firstId) : undefined);

  function get(id: number): BtfType | undefined {
    if (id === 0) return { id, kind: kinds.void, name: 'void', size: 0, type: 0, kindFlag: false };
    if (id < firstId) return base?.get(id);
    const at = placeOf(id);
    if (at === undefined) return undefined;
    const info = u32(at + 4);
    return { id, kind: kindOf(info) as BtfKind, name: text(u32(at)), size: u32(at + 8), type: u32(at + 8), kindFlag: info >>> 31 === 1 };
  }

  const index = new NameIndex(places.length, (row) => text(u32(places.at(row) ?? 0)));
  for (let row = 0; row < places.length; row += 1) {
    if (row % typesAtOnce === typesAtOnce - 1) yield;
    const place = places.at(row) ?? 0;
    if (u32(place) !== 0 && namedKinds.has(kindOf(u32(place + 4)))) index.add(row);
  }

  const types: BtfTypes & { readonly text: (offset: number) => string } = {
    count,
    firstId,
    stringBytes: firstString + header.stringBytes,
    text,
    get,
    named: (name, wanted) => [
      ...(base?.named(name, wanted) ?? []),
      ...index
        .rows(name)
        .map((row) => firstId + row)
        .filter((id) => wanted.includes(get(id)?.kind ?? 0)),
    ],
    *names() {
      if (base !== undefined) yield* base.names();
      yield* index.names();
    },
    members(id) {
      const at = placeOf(id);
      if (at === undefined) return base?.members(id) ?? [];
      const info = u32(at + 4);
      const kind = kindOf(info);
      if (kind !== kinds.struct && kind !== kinds.union) return [];
      const hasBits = info >>> 31 === 1;
      return Array.from({ length: countOf(info) }, (_, one) => {
        const place = at + recordBytes + one * 12;
        const offset = u32(place + 8);
        return {
          name: text(u32(place)),
          type: u32(place + 4),
          bitOffset: hasBits ? offset & 0xff_ffff : offset,
          bits: hasBits ? offset >>> 24 : 0,
        };
      });
    },
    enumerators(id) {
      const at = placeOf(id);
      if (at === undefined) return base?.enumerators(id) ?? [];
      const info = u32(at + 4);
      const kind = kindOf(info);
      const isSigned = info >>> 31 === 1;
      if (kind === kinds.enum)
        return Array.from({ length: countOf(info) }, (_, one) => {
          const place = at + recordBytes + one * 8;
          return { name: text(u32(place)), value: BigInt(isSigned ? view.getInt32(place + 4, little) : u32(place + 4)) };
        });
      if (kind !== kinds.enum64) return [];
      return Array.from({ length: countOf(info) }, (_, one) => {
        const place = at + recordBytes + one * 12;
        const value = (BigInt(u32(place + 8)) << 32n) | BigInt(u32(place + 4));
        return { name: text(u32(place)), value: isSigned ? BigInt.asIntN(64, value) : value };
      });
    },
    array(id) {
      const at = placeOf(id);
      if (at === undefined) return base?.array(id);
      return kindOf(u32(at + 4)) === kinds.array ? { type: u32(at + recordBytes), count: u32(at + recordBytes + 8) } : undefined;
    },
    int(id) {
      const at = placeOf(id);
      if (at === undefined) return base?.int(id);
      if (kindOf(u32(at + 4)) !== kinds.int) return undefined;
      const data = u32(at + recordBytes);
      const encoding = (data >>> 24) & 0xf;
      return {
        isSigned: (encoding & 1) !== 0,
        isChar: (encoding & 2) !== 0,
        isBool: (encoding & 4) !== 0,
        bits: data & 0xff,
        offset: (data >>> 16) & 0xff,
      };
    },
  };
  return { value: types };
}
