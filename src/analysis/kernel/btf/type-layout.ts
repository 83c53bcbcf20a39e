/** Layouts from BTF: sizes, C names, members by path. Every walk is bounded: a damaged blob can refer in circles. */
import type { StructTypes } from '../../arch/kernel-view.ts';
import { kinds, type BtfKind, type BtfMember, type BtfType, type BtfTypes } from './btf-types.ts';

const maxChain = 64;
const modifiers = new Set<BtfKind>([kinds.typedef, kinds.volatile, kinds.const, kinds.restrict, kinds.typeTag]);
const aggregates = [kinds.struct, kinds.union] as const;

/** The type behind typedefs and qualifiers. */
export function resolved(types: BtfTypes, id: number): BtfType | undefined {
  let type = types.get(id);
  for (let step = 0; step < maxChain && type !== undefined && modifiers.has(type.kind); step += 1) type = types.get(type.type);
  return type === undefined || modifiers.has(type.kind) ? undefined : type;
}

/** Bytes of a type; undefined for functions, void and what is only declared. */
export function sizeOf(types: BtfTypes, id: number, pointerBytes: number, depth = 0): number | undefined {
  const type = resolved(types, id);
  switch (type?.kind) {
    case kinds.pointer:
      return pointerBytes;
    case kinds.int:
    case kinds.struct:
    case kinds.union:
    case kinds.enum:
    case kinds.enum64:
    case kinds.float:
      return type.size;
    case kinds.array: {
      const array = types.array(type.id);
      const element = array === undefined || depth > maxChain ? undefined : sizeOf(types, array.type, pointerBytes, depth + 1);
      return element === undefined ? undefined : element * (array?.count ?? 0);
    }
    default:
      return undefined;
  }
}

/** A type as C writes it in front of a name: "struct list_head", "char [16]", "void (*)()". */
export function typeText(types: BtfTypes, id: number, depth = 0): string {
  const type = types.get(id);
  if (type === undefined || depth > maxChain) return '?';
  const inner = (): string => typeText(types, type.type, depth + 1);
  switch (type.kind) {
    case kinds.void:
      return 'void';
    case kinds.pointer: {
      const target = resolved(types, type.type);
      if (target?.kind === kinds.prototype && types.get(type.type)?.kind === kinds.prototype) return `${typeText(types, target.type, depth + 1)} (*)()`;
      const text = inner();
      return text.endsWith('*') ? `${text}*` : `${text} *`;
    }
    case kinds.array: {
      const dimensions: number[] = [];
      let element: number = id;
      for (let step = 0; step < maxChain; step += 1) {
        const array = types.array(element);
        if (array === undefined) break;
        dimensions.push(array.count);
        element = array.type;
      }
      return `${typeText(types, element, depth + 1)} ${dimensions.map((count) => `[${count}]`).join('')}`;
    }
    case kinds.struct:
      return type.name === '' ? 'struct {...}' : `struct ${type.name}`;
    case kinds.union:
      return type.name === '' ? 'union {...}' : `union ${type.name}`;
    case kinds.enum:
    case kinds.enum64:
      return type.name === '' ? 'enum {...}' : `enum ${type.name}`;
    case kinds.forward:
      return `${type.kindFlag ? 'union' : 'struct'} ${type.name}`;
    case kinds.const:
      return `const ${inner()}`;
    case kinds.volatile:
      return `volatile ${inner()}`;
    case kinds.restrict:
    case kinds.typeTag:
      return inner();
    case kinds.prototype:
      return `${inner()} ()`;
    default:
      return type.name === '' ? '?' : type.name;
  }
}

export interface FoundMember {
  readonly type: number;
  readonly bitOffset: number;
  /** Width of a bit-field, 0 for none. */
  readonly bits: number;
}

function memberOf(types: BtfTypes, id: number, name: string, depth: number): FoundMember | undefined {
  for (const member of types.members(id)) {
    if (member.name === name) return member;
    if (member.name !== '' || depth > maxChain) continue;
    const nested = resolved(types, member.type);
    const found = nested === undefined ? undefined : memberOf(types, nested.id, name, depth + 1);
    if (found !== undefined) return { ...found, bitOffset: member.bitOffset + found.bitOffset };
  }
  return undefined;
}

/** A member by its path: "se.on_rq", through anonymous structs and unions, "pids[1]" for one of an array. */
export function memberAt(types: BtfTypes, id: number, path: string, pointerBytes = 8): FoundMember | undefined {
  let at: FoundMember = { type: id, bitOffset: 0, bits: 0 };
  for (const piece of path.split('.')) {
    const match = /^([^[\]]+)((?:\[\d{1,9}\])*)$/.exec(piece);
    const owner = resolved(types, at.type);
    const found = match?.[1] === undefined || owner === undefined ? undefined : memberOf(types, owner.id, match[1], 0);
    if (found === undefined) return undefined;
    at = { ...found, bitOffset: at.bitOffset + found.bitOffset };
    for (const [, index] of (match?.[2] ?? '').matchAll(/\[(\d+)\]/g)) {
      const array = types.array(resolved(types, at.type)?.id ?? 0);
      const size = array === undefined ? undefined : sizeOf(types, array.type, pointerBytes);
      if (array === undefined || size === undefined || Number(index) >= array.count) return undefined;
      at = { type: array.type, bitOffset: at.bitOffset + Number(index) * size * 8, bits: 0 };
    }
  }
  return at;
}

/**
 * The struct or union of a name, a typedef of one included; of several the one with the most members.
 * @param from ids below are not looked at
 */
export function aggregateNamed(types: BtfTypes, name: string, from = 0): BtfType | undefined {
  const plain = name.replace(/^(struct|union)\s+/, '');
  const named = types.named(plain, [...aggregates, kinds.typedef]).filter((id) => id >= from);
  const ids = named.map((id) => resolved(types, id));
  const found = ids.filter((type) => type?.kind === kinds.struct || type?.kind === kinds.union);
  return found.sort((a, b) => types.members(b?.id ?? 0).length - types.members(a?.id ?? 0).length)[0];
}

/** Offsets that were asked for: readers of lists ask for the same ones at each of thousands of entries, and each takes the names of a whole struct. */
const knownOffsets = new WeakMap<BtfTypes, Map<string, number | undefined>>();

/** Byte offset of a member, for readers of structures; undefined for bit-fields and unknown members. */
export function offsetOf(types: BtfTypes, struct: string, path: string): number | undefined {
  const known = knownOffsets.get(types) ?? new Map<string, number | undefined>();
  if (known.size === 0) knownOffsets.set(types, known);
  const name = `${struct}.${path}`;
  if (known.has(name)) return known.get(name);
  const offset = foundOffset(types, struct, path);
  known.set(name, offset);
  return offset;
}

function foundOffset(types: BtfTypes, struct: string, path: string): number | undefined {
  const type = aggregateNamed(types, struct);
  const member = type === undefined ? undefined : memberAt(types, type.id, path);
  return member?.bits !== 0 || member.bitOffset % 8 !== 0 ? undefined : member.bitOffset / 8;
}

/** A kernel's types as an architecture asks for them. */
export const structTypes = (types: BtfTypes): StructTypes => ({
  size: (struct) => aggregateNamed(types, struct)?.size,
  offset: (struct, path) => offsetOf(types, struct, path),
  bits(struct, member) {
    const type = aggregateNamed(types, struct);
    const found = type === undefined ? undefined : memberAt(types, type.id, member);
    return found === undefined ? undefined : { at: found.bitOffset, bits: found.bits };
  },
});

export interface LayoutRow {
  readonly member: BtfMember;
  /** From the start of the outermost struct, in bits. */
  readonly bitOffset: number;
  readonly depth: number;
}

const maxRows = 20_000;

/** Members in their order, those of anonymous ones always opened, those of named ones down to `depth`. */
export function layoutRows(types: BtfTypes, id: number, depth: number): readonly LayoutRow[] {
  const rows: LayoutRow[] = [];
  const walk = (type: number, base: number, level: number, left: number): void => {
    for (const member of types.members(type)) {
      if (rows.length >= maxRows || level > maxChain) return;
      const bitOffset = base + member.bitOffset;
      rows.push({ member, bitOffset, depth: level });
      const nested = resolved(types, member.type);
      if (nested === undefined || (nested.kind !== kinds.struct && nested.kind !== kinds.union)) continue;
      const isAnonymous = member.name === '';
      if (isAnonymous || left > 0) walk(nested.id, bitOffset, level + 1, isAnonymous ? left : left - 1);
    }
  };
  walk(id, 0, 0, depth);
  return rows;
}
