/**
 * A typed object in a kernel's memory. Steps from one to the next never fail at once: what cannot be followed gives an object without a place,
 * whose values carry what was looked for, why there is none, and where. So a chain is written without a question between its steps:
 *
 *   inode.pointer('i_mapping').at('nrpages').integer()
 *
 * A null pointer leads to an object that `isNull`; its values say so.
 */
import { failed, isFailure, mapResult, type Failure, type Missing, type Result } from '../../../shared/result.ts';
import { hex, type VirtualAddress } from '../../../shared/units.ts';
import { bitField } from '../btf/type-values.ts';
import type { KernelMemory } from '../memory/kernel-memory.ts';
import { arrayOf, bytesOf, memberOf, numberShape, pointee, typeNamed, typeTextOf, type ObjectType, type TypeSource } from './object-type.ts';

/** What objects are read from. */
export interface ObjectSpace extends TypeSource {
  readonly memory: KernelMemory;
  /** What is at an address, "name+0x1a [module]"; undefined where no symbol does. */
  readonly symbolAt: (address: VirtualAddress) => string | undefined;
}

interface Place {
  readonly address: VirtualAddress;
  readonly type: ObjectType;
  /** Bits after the address, below 8 but for bit-fields of larger words. */
  readonly bitOffset: number;
  readonly bits: number;
}

const addressEnd = 1n << 64n;
const maxText = 4096;
const maxRead = 16 * 1024 * 1024;
const maxElements = 1 << 20;

const virtual = (start: bigint, bytes: number): NonNullable<Missing['where']> => ({ space: 'virtual', start: hex(start), end: hex(start + BigInt(bytes)) });

export class KernelObject {
  readonly space: ObjectSpace;
  private readonly place: Place | Failure;
  /** "module.name": the way here from the last object that has a name of its own. */
  private readonly label: string;
  /** A pointer that is null led here. */
  readonly isNull: boolean;

  private constructor(space: ObjectSpace, place: Place | Failure, label: string, isNull = false) {
    this.space = space;
    this.place = place;
    this.label = label;
    this.isNull = isNull;
  }

  /** @param type "task_struct", "struct list_head", "super_block *" */
  static at(space: ObjectSpace, address: VirtualAddress, type: string): KernelObject {
    const found = typeNamed(space, type);
    const label = type.trim();
    if (typeof found === 'string') return KernelObject.failing(space, failed(label, found, virtual(address, 1)));
    return KernelObject.placed(space, address, found, label);
  }

  /** An object whose every value is this failure. */
  static failing(space: ObjectSpace, failure: Failure): KernelObject {
    return new KernelObject(space, failure, failure.missing.what);
  }

  private static placed(space: ObjectSpace, address: VirtualAddress, type: ObjectType, label: string): KernelObject {
    if (address >= 0n && address < addressEnd) return new KernelObject(space, { address, type, bitOffset: 0, bits: 0 }, label);
    return KernelObject.failing(space, failed(label, 'its address lies outside the address space'));
  }

  /** Why there is no such object; undefined where there is one. Whether its bytes are in the dump is determined by reading them. */
  get failure(): Failure | undefined {
    return isFailure(this.place) ? this.place : undefined;
  }

  /** Virtual address. */
  get address(): Result<VirtualAddress> {
    return isFailure(this.place) ? this.place : { value: this.place.address };
  }

  /** The same under a name for messages: that of a variable. */
  named(name: string): KernelObject {
    return isFailure(this.place) ? this : new KernelObject(this.space, this.place, name);
  }

  /** "struct list_head"; for messages. */
  get typeName(): string {
    return isFailure(this.place) ? '' : typeTextOf(this.place.type);
  }

  /** Whether the type has a member: how kernels of different releases are distinguished. */
  has(path: string): boolean {
    return !isFailure(this.place) && typeof memberOf(this.space, this.place.type, path) !== 'string';
  }

  /** A member by its path, "se.on_rq", "pids[1]"; through anonymous structs and unions. Of several the first that the type has. */
  at(...paths: readonly [string, ...string[]]): KernelObject {
    if (isFailure(this.place)) return this;
    const { address, type } = this.place;
    const path = paths.find((one) => this.has(one)) ?? paths[0];
    const found = memberOf(this.space, type, path);
    const label = `${this.label.replace(/^(?:struct|union) /, '')}.${path}`;
    if (typeof found === 'string') return KernelObject.failing(this.space, failed(label, found, virtual(address, 1)));
    const place = { address: address + BigInt(Math.floor(found.bitOffset / 8)), type: found.type, bitOffset: found.bitOffset % 8, bits: found.bits };
    return new KernelObject(this.space, place, label);
  }

  /**
   * What a pointer leads to.
   * @param path of the member that is the pointer; itself unless given
   * @param type what it leads to, where it is `void *`, a long, or the kernel has no types
   */
  pointer(path?: string, type?: string): KernelObject {
    if (path !== undefined) return this.at(path).pointer(undefined, type);
    if (isFailure(this.place)) return this;
    const target = type === undefined ? pointee(this.place.type) : typeNamed(this.space, type);
    if (target === undefined) return this.not(`${this.typeName} is not a pointer`);
    if (typeof target === 'string') return this.not(target);
    const value = this.word(this.space.pointerBytes);
    if (isFailure(value)) return KernelObject.failing(this.space, value);
    if (value.value === 0n)
      return new KernelObject(this.space, failed(this.label, 'the pointer is null', this.where(this.space.pointerBytes)), this.label, true);
    return KernelObject.placed(this.space, value.value, target, this.label);
  }

  /** The same bytes as another type. */
  as(type: string): KernelObject {
    return isFailure(this.place) ? this : KernelObject.at(this.space, this.place.address, type);
  }

  /** The struct of which this is a member: `containerOf('module', 'list')`. */
  containerOf(type: string, path: string): KernelObject {
    if (isFailure(this.place)) return this;
    const owner = typeNamed(this.space, type);
    const found = typeof owner === 'string' ? owner : memberOf(this.space, owner, path);
    if (typeof owner === 'string' || typeof found === 'string') return this.not(typeof found === 'string' ? found : '');
    return KernelObject.placed(this.space, this.place.address - BigInt(Math.floor(found.bitOffset / 8)), owner, type);
  }

  /** An object of the same type somewhere else: the copy of a per-CPU variable. */
  moved(bytes: bigint): KernelObject {
    return isFailure(this.place) ? this : KernelObject.placed(this.space, BigInt.asUintN(64, this.place.address + bytes), this.place.type, this.label);
  }

  /** One of an array, or of what lies behind a pointer; an array that says its length has no more. */
  element(index: number): KernelObject {
    if (isFailure(this.place)) return this;
    const { address, type } = this.place;
    const array = arrayOf(type);
    const element = array?.element ?? type;
    const size = bytesOf(this.space, element);
    if (size === undefined) return this.not(`the size of ${typeTextOf(element)} is not known`);
    if (index < 0 || !Number.isSafeInteger(index) || (array !== undefined && array.count > 0 && index >= array.count))
      return this.not(`it has no element ${index}`);
    return KernelObject.placed(this.space, address + BigInt(index) * BigInt(size), element, `${this.label}[${index}]`);
  }

  /** Elements of an array; none of what is not an array. */
  *elements(): Generator<KernelObject, void> {
    const array = isFailure(this.place) ? undefined : arrayOf(this.place.type);
    if (array === undefined) yield this.failure === undefined ? this.not(`${this.typeName} is not an array`) : this;
    else for (let at = 0; at < Math.min(array.count, maxElements); at += 1) yield this.element(at);
  }

  /** Elements that an array has by its type. */
  get length(): Result<number> {
    if (isFailure(this.place)) return this.place;
    const array = arrayOf(this.place.type);
    return array === undefined ? failed(this.label, `${this.typeName} is not an array`) : { value: array.count };
  }

  /** Bytes of the type. */
  get size(): Result<number> {
    if (isFailure(this.place)) return this.place;
    const size = bytesOf(this.space, this.place.type);
    return size === undefined ? failed(this.label, `the size of ${this.typeName} is not known`) : { value: size };
  }

  /** Value of a number by its type: signed ones and enumerators as they are, pointers as addresses, bit-fields with their own width. */
  integer(): Result<bigint> {
    if (isFailure(this.place)) return this.place;
    const shape = numberShape(this.space, this.place.type);
    if (shape === undefined || typeof shape === 'string') return failed(this.label, shape ?? 'its type is not known, so its width is not', this.where(1));
    const width = this.place.bits === 0 ? shape.bytes * 8 : this.place.bits;
    return mapResult(this.word(shape.bytes), (raw) => (shape.isSigned ? BigInt.asIntN(width, raw) : raw));
  }

  /** The same, where a JavaScript number holds it. */
  number(): Result<number> {
    const value = this.integer();
    if (isFailure(value)) return value;
    const number = Number(value.value);
    return Number.isSafeInteger(number) ? { value: number } : failed(this.label, `${value.value} is larger than such a number can be`, this.where(1));
  }

  u8 = (): Result<number> => this.unsigned(1);
  u16 = (): Result<number> => this.unsigned(2);
  u32 = (): Result<number> => this.unsigned(4);
  u64 = (): Result<bigint> => this.wide(8);
  s32 = (): Result<number> => mapResult(this.wide(4), (value) => Number(BigInt.asIntN(32, value)));
  s64 = (): Result<bigint> => mapResult(this.wide(8), (value) => BigInt.asIntN(64, value));
  flag = (): Result<boolean> => mapResult(this.integer(), (value) => value !== 0n);

  /**
   * A value of it, unless something contradicts it: what no kernel can have is not a fact.
   * @param objection a clause that names what the value was held against, "it is more than the 4 that exist"; undefined where nothing contradicts
   */
  plausible<T>(value: Result<T>, objection: (value: T) => string | undefined): Result<T> {
    const why = isFailure(value) ? undefined : objection(value.value);
    return why === undefined ? value : failed(this.label, why, this.where(1));
  }

  /** Text of a char array, or of what a pointer to char leads to, up to its NUL, as Latin-1. */
  string(limit = maxText): Result<string> {
    if (isFailure(this.place)) return this.place;
    const array = arrayOf(this.place.type);
    if (array === undefined && pointee(this.place.type) !== undefined) return this.pointer(undefined, 'void').text(limit);
    if (array === undefined || array.count === 0) return this.text(limit);
    const bytes = this.bytes(Math.min(array.count, limit));
    return mapResult(bytes, (all) => {
      const end = all.indexOf(0);
      return Buffer.from(end === -1 ? all : all.subarray(0, end)).toString('latin1');
    });
  }

  /** Name of an enumerator; the number where the type has none for it. */
  enumerator(): Result<string> {
    const shape = isFailure(this.place) ? undefined : numberShape(this.space, this.place.type);
    const enumeration = typeof shape === 'object' ? shape.enumeration : undefined;
    return mapResult(this.integer(), (value) => enumeration?.types.enumerators(enumeration.id).find((one) => one.value === value)?.name ?? String(value));
  }

  /** What a pointer to code or data leads to, as a symbol; its address where no symbol is there. */
  symbol(): Result<string> {
    return mapResult(this.integer(), (value) => this.space.symbolAt(value) ?? hex(value));
  }

  /** Bytes of the whole object. */
  read(): Result<Uint8Array> {
    const { size } = this;
    return isFailure(size) ? size : this.bytes(size.value);
  }

  /** Bytes from its start on. */
  bytes(length: number): Result<Uint8Array> {
    if (isFailure(this.place)) return this.place;
    if (length > maxRead) return failed(this.label, `${length} bytes are too many to read at once`, this.where(1));
    const found = this.space.memory.bytes(this.place.address, length);
    return found === undefined ? this.absent(length) : { value: found };
  }

  private text(limit: number): Result<string> {
    if (isFailure(this.place)) return this.place;
    const found = this.space.memory.cstring(this.place.address, limit);
    if (found !== undefined) return { value: found };
    return this.space.memory.absence(this.place.address, 1) === undefined
      ? failed(this.label, `there is no text of at most ${limit} bytes`, this.where(1))
      : this.absent(1);
  }

  private unsigned(bytes: 1 | 2 | 4): Result<number> {
    return mapResult(this.wide(bytes), Number);
  }

  /** A number by its bits. A member that is wider than what was asked for is not cut. */
  private wide(bytes: 1 | 2 | 4 | 8): Result<bigint> {
    if (isFailure(this.place)) return this.place;
    const shape = numberShape(this.space, this.place.type);
    if (typeof shape === 'string') return failed(this.label, shape, this.where(1));
    const wanted = shape?.bytes ?? bytes;
    const width = this.place.bits === 0 ? wanted : this.place.bits / 8;
    return width > bytes ? failed(this.label, `it has ${wanted} bytes, not ${bytes}`, this.where(wanted)) : this.word(wanted);
  }

  /** The bits of a number of so many bytes, or of the bit-field. */
  private word(bytes: number): Result<bigint> {
    if (isFailure(this.place)) return this.place;
    const { address, bitOffset, bits } = this.place;
    const length = bits === 0 ? bytes : Math.ceil((bitOffset + bits) / 8);
    const { memory } = this.space;
    if (bits === 0 && length === 8) {
      const value = memory.u64(address);
      return value === undefined ? this.absent(8) : { value };
    }
    const found = memory.bytes(address, length);
    return found === undefined ? this.absent(length) : { value: bitField(found, memory.endian, bitOffset, bits === 0 ? bytes * 8 : bits) };
  }

  private where(bytes: number): Missing['where'] {
    return isFailure(this.place) ? this.place.missing.where : virtual(this.place.address, bytes);
  }

  private not(why: string): KernelObject {
    return KernelObject.failing(this.space, failed(this.label, why, this.where(1)));
  }

  private absent(length: number): Failure {
    if (isFailure(this.place)) return this.place;
    const absence = this.space.memory.absence(this.place.address, length);
    return failed(this.label, absence?.detail ?? 'its bytes are not in the dump', virtual(this.place.address, length));
  }
}
