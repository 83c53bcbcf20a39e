/**
 * The type of a kernel object: by the kernel's own description (BTF), or in kernels without it by name alone, for which vmcoreinfo records
 * some offsets and sizes: OFFSET(pglist_data.nr_zones), SIZE(zone).
 */
import { kinds, type BtfKind, type BtfTypes } from '../btf/btf-types.ts';
import { aggregateNamed, memberAt, resolved, sizeOf, typeText, type FoundMember } from '../btf/type-layout.ts';
import { vmcoreinfoNumber, type Vmcoreinfo } from '../vmcoreinfo/vmcoreinfo.ts';

export type ObjectType =
  | { readonly kind: 'btf'; readonly types: BtfTypes; readonly id: number }
  | { readonly kind: 'pointer'; readonly to: ObjectType }
  /** A kernel without types. */
  | { readonly kind: 'named'; readonly name: string }
  /** A member that vmcoreinfo gives the place of, what `void *` leads to. */
  | { readonly kind: 'unknown' };

export interface TypedPlace {
  readonly type: ObjectType;
  readonly bitOffset: number;
  /** Width of a bit-field, 0 for none. */
  readonly bits: number;
}

/** Where types come from. */
export interface TypeSource {
  readonly types: BtfTypes | undefined;
  /** Why there are no types. */
  readonly noTypes: string;
  readonly vmcoreinfo: Vmcoreinfo | undefined;
  readonly pointerBytes: 4 | 8;
}

const scalars: readonly BtfKind[] = [kinds.int, kinds.enum, kinds.enum64, kinds.typedef, kinds.float];
const unknown: ObjectType = { kind: 'unknown' };

/** "task_struct", "struct task_struct", "atomic_t", "unsigned int", each with any number of " *". Why, when the types have no such name. */
export function typeNamed({ types }: TypeSource, text: string): ObjectType | string {
  const match = /^(.*?)((?:\s*\*)*)$/.exec(text.trim());
  const name = (match?.[1] ?? '').replace(/^(?:struct|union|enum)\s+/, '').trim();
  let type: ObjectType;
  if (name === 'void') type = unknown;
  else if (types === undefined) type = { kind: 'named', name };
  else {
    const id = aggregateNamed(types, name)?.id ?? types.named(name, scalars)[0];
    if (id === undefined) return `the kernel's types have no ${name}`;
    type = { kind: 'btf', types, id };
  }
  for (const star of match?.[2] ?? '') if (star === '*') type = { kind: 'pointer', to: type };
  return type;
}

/** Members that were looked for in a description of types, so that a list of a million objects looks for each once. */
const knownMembers = new WeakMap<BtfTypes, Map<string, FoundMember | undefined>>();

function memberIn(types: BtfTypes, id: number, path: string, pointerBytes: number): FoundMember | undefined {
  const known = knownMembers.get(types) ?? new Map<string, FoundMember | undefined>();
  knownMembers.set(types, known);
  const key = `${id}.${path}`;
  if (known.has(key)) return known.get(key);
  const found = memberAt(types, id, path, pointerBytes);
  known.set(key, found);
  return found;
}

/** A member by its path. Why, when there is none. */
export function memberOf(source: TypeSource, type: ObjectType, path: string): TypedPlace | string {
  switch (type.kind) {
    case 'btf': {
      const found = memberIn(type.types, type.id, path, source.pointerBytes);
      if (found === undefined) return `${typeText(type.types, type.id)} has no member ${path} in this kernel's types`;
      return { type: { ...type, id: found.type }, bitOffset: found.bitOffset, bits: found.bits };
    }
    case 'named': {
      const offset = vmcoreinfoNumber(source.vmcoreinfo, `OFFSET(${type.name}.${path})`);
      return offset === undefined
        ? `types are needed: ${source.noTypes}; vmcoreinfo does not record the place of ${type.name}.${path}`
        : { type: unknown, bitOffset: Number(offset) * 8, bits: 0 };
    }
    case 'pointer':
      return 'a pointer has no members';
    case 'unknown':
      return `its type is not known${source.types === undefined ? `: ${source.noTypes}` : ''}`;
  }
}

export function bytesOf(source: TypeSource, type: ObjectType): number | undefined {
  switch (type.kind) {
    case 'btf':
      return sizeOf(type.types, type.id, source.pointerBytes);
    case 'pointer':
      return source.pointerBytes;
    case 'named': {
      const size = vmcoreinfoNumber(source.vmcoreinfo, `SIZE(${type.name})`);
      return size === undefined || size > BigInt(Number.MAX_SAFE_INTEGER) ? undefined : Number(size);
    }
    case 'unknown':
      return undefined;
  }
}

/** What an object of the type is when it is read as a number. */
export type NumberShape =
  | { readonly bytes: number; readonly isSigned: boolean; readonly isBool: boolean; readonly enumeration?: { readonly types: BtfTypes; readonly id: number } }
  | string;

const maxWrapped = 8;

/**
 * Structs with a single member of their own size are seen through, as atomic_t, refcount_t and kuid_t are. Why, when it is not a number; undefined
 * when the type is not known.
 */
export function numberShape(source: TypeSource, type: ObjectType): NumberShape | undefined {
  if (type.kind === 'pointer') return { bytes: source.pointerBytes, isSigned: false, isBool: false };
  if (type.kind !== 'btf') return undefined;
  const { types } = type;
  let at = resolved(types, type.id);
  for (let step = 0; step < maxWrapped && (at?.kind === kinds.struct || at?.kind === kinds.union); step += 1) {
    const members = types.members(at.id);
    const [only] = members;
    if (only?.bits !== 0 || members.length !== 1 || sizeOf(types, only.type, source.pointerBytes) !== at.size) break;
    at = resolved(types, only.type);
  }
  switch (at?.kind) {
    case kinds.pointer:
      return { bytes: source.pointerBytes, isSigned: false, isBool: false };
    case kinds.int: {
      const int = types.int(at.id);
      return { bytes: at.size, isSigned: int?.isSigned === true, isBool: int?.isBool === true };
    }
    case kinds.enum:
    case kinds.enum64:
      return {
        bytes: at.size,
        isSigned: types.enumerators(at.id).some(({ value }) => value < 0n),
        isBool: false,
        enumeration: { types, id: at.id },
      };
    default:
      return `${typeText(types, type.id)} is not a number`;
  }
}

/** What a pointer leads to; undefined for what is not a pointer. */
export function pointee(type: ObjectType): ObjectType | undefined {
  if (type.kind === 'pointer') return type.to;
  if (type.kind !== 'btf') return undefined;
  const found = resolved(type.types, type.id);
  if (found?.kind !== kinds.pointer) return undefined;
  return resolved(type.types, found.type)?.kind === kinds.void ? unknown : completed(type.types, found.type);
}

/** A struct that is only declared in one place is described in another under the same name. */
function completed(types: BtfTypes, id: number): ObjectType {
  const type = resolved(types, id);
  const whole = type?.kind === kinds.forward ? aggregateNamed(types, type.name) : undefined;
  return { kind: 'btf', types, id: whole?.id ?? id };
}

/** Elements of an array; undefined for what is none. */
export function arrayOf(type: ObjectType): { readonly element: ObjectType; readonly count: number } | undefined {
  if (type.kind !== 'btf') return undefined;
  const array = type.types.array(resolved(type.types, type.id)?.id ?? 0);
  return array === undefined ? undefined : { element: { ...type, id: array.type }, count: array.count };
}

/** In C, for messages. */
export const typeTextOf = (type: ObjectType): string => {
  switch (type.kind) {
    case 'btf':
      return typeText(type.types, type.id);
    case 'pointer':
      return `${typeTextOf(type.to)} *`.replace('* *', '**');
    case 'named':
      return type.name;
    case 'unknown':
      return 'void';
  }
};
