/** Values of members in memory, as C would show them. */
import { defined } from '../../../shared/defined.ts';
import { hex, type VirtualAddress } from '../../../shared/units.ts';
import type { SymbolTable } from '../symbols/symbol-table.ts';
import { kinds, type BtfTypes } from './btf-types.ts';
import { resolved, sizeOf } from './type-layout.ts';

export interface TypeValue {
  /** Numbers beyond 2^53 and pointers as "0x...". */
  readonly value?: string | number;
  /** What the value means: symbol, enumerator, text, elements of an array. */
  readonly text?: string;
  /** Why there is no value. */
  readonly absent?: string;
}

/** What values are read from: the kernel's memory, or any other address space. */
export interface TypeMemory {
  readonly endian: 'big' | 'little';
  readonly pointerBytes: 4 | 8;
  /** The bytes if all of them are in the dump, else undefined. */
  bytes(address: VirtualAddress, length: number): Uint8Array | undefined;
  /** Why `bytes` gives nothing. */
  absence(address: VirtualAddress, length: number): { readonly detail: string } | undefined;
}

export interface ValueContext {
  readonly types: BtfTypes;
  readonly memory: TypeMemory;
  readonly symbols: SymbolTable | undefined;
}

const maxElements = 16;
const maxText = 256;

const asNumber = (value: bigint): string | number =>
  value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value < 0n ? value.toString() : hex(value);

/** Bits of a value in memory order: from the most significant side on big-endian machines. */
export function bitField(bytes: Uint8Array, endian: 'big' | 'little', bitOffset: number, bits: number): bigint {
  let all = 0n;
  for (let at = 0; at < bytes.length; at += 1) all = (all << 8n) | BigInt(bytes[endian === 'big' ? at : bytes.length - 1 - at] ?? 0);
  const shift = endian === 'big' ? bytes.length * 8 - bitOffset - bits : bitOffset;
  return (all >> BigInt(shift)) & ((1n << BigInt(bits)) - 1n);
}

const unsigned = (bytes: Uint8Array, endian: 'big' | 'little'): bigint => bitField(bytes, endian, 0, bytes.length * 8);

/** Value of a type, or of a bit-field of it when `bits` is not 0, `bitOffset` bits after `address`. */
export function valueAt(context: ValueContext, address: VirtualAddress, id: number, bitOffset = 0, bits = 0): TypeValue {
  const { types, memory } = context;
  const type = resolved(types, id);
  const first = address + BigInt(Math.floor(bitOffset / 8));
  const within = bitOffset % 8;
  const size = bits === 0 ? sizeOf(types, id, memory.pointerBytes) : Math.ceil((within + bits) / 8);
  if (type === undefined || size === undefined) return {};
  if (type.kind === kinds.struct || type.kind === kinds.union || size === 0) return {};
  if (type.kind === kinds.array) return arrayValue(context, first, type.id, size);
  if (size > 16) return {};
  const bytes = memory.bytes(first, size);
  if (bytes === undefined) return { absent: memory.absence(first, size)?.detail ?? 'it cannot be read' };
  const raw = bits === 0 ? unsigned(bytes, memory.endian) : bitField(bytes, memory.endian, within, bits);
  const width = bits === 0 ? size * 8 : bits;
  switch (type.kind) {
    case kinds.pointer: {
      const place = raw === 0n ? undefined : context.symbols?.at(raw);
      return { value: hex(raw), ...(place === undefined ? {} : { text: place.offset === 0 ? place.name : `${place.name}+0x${place.offset.toString(16)}` }) };
    }
    case kinds.enum:
    case kinds.enum64: {
      const values = types.enumerators(type.id);
      const value = values.some((one) => one.value < 0n) ? BigInt.asIntN(width, raw) : raw;
      const name = values.find((one) => one.value === value)?.name;
      return { value: asNumber(value), ...defined({ text: name }) };
    }
    case kinds.int: {
      const int = types.int(type.id);
      const value = int?.isSigned === true ? BigInt.asIntN(width, raw) : raw;
      if (int?.isBool === true) return { value: Number(value), text: value === 0n ? 'false' : 'true' };
      const isPrintable = int?.isChar === true && raw >= 0x20n && raw < 0x7fn;
      return { value: asNumber(value), ...(isPrintable ? { text: `'${String.fromCharCode(Number(raw))}'` } : {}) };
    }
    case kinds.float: {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const little = memory.endian === 'little';
      const number = size === 4 ? view.getFloat32(0, little) : size === 8 ? view.getFloat64(0, little) : undefined;
      return { value: hex(raw), ...(number === undefined ? {} : { text: String(number) }) };
    }
    default:
      return {};
  }
}

/** Text of char arrays, the first elements of others. */
function arrayValue(context: ValueContext, address: VirtualAddress, id: number, size: number): TypeValue {
  const { types, memory } = context;
  const array = types.array(id);
  const element = array === undefined ? undefined : resolved(types, array.type);
  if (array === undefined || element === undefined || array.count === 0) return {};
  const int = element.kind === kinds.int ? types.int(element.id) : undefined;
  // "char" has no char encoding in kernel BTF; one-byte signed or plain "char" is text.
  if (element.size === 1 && (int?.isChar === true || element.name === 'char')) {
    const bytes = memory.bytes(address, Math.min(size, maxText));
    if (bytes === undefined) return { absent: memory.absence(address, Math.min(size, maxText))?.detail ?? 'it cannot be read' };
    const end = bytes.indexOf(0);
    return { text: JSON.stringify(Buffer.from(end === -1 ? bytes : bytes.subarray(0, end)).toString('latin1')) };
  }
  if (element.kind === kinds.struct || element.kind === kinds.union || element.kind === kinds.array) return {};
  const step = sizeOf(types, array.type, memory.pointerBytes);
  if (step === undefined || step === 0) return {};
  const shown = Math.min(array.count, maxElements);
  const values = Array.from({ length: shown }, (_, at) => valueAt(context, address + BigInt(at * step), array.type));
  const absent = values.find((one) => one.absent !== undefined)?.absent;
  if (absent !== undefined) return { absent };
  return { text: `{${values.map(({ value, text }) => text ?? String(value)).join(', ')}${shown < array.count ? `, ... ${array.count - shown} more` : ''}}` };
}
