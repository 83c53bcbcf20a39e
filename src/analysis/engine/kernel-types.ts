/** Answers about the kernel's types: layouts, and values at an address. */
import { DumpError } from '../../shared/dump-error.ts';
import type { StructJson, StructMemberJson, TypeNamesJson } from '../../shared/kernel-model.ts';
import { schemaVersion } from '../../shared/model.ts';
import { hex } from '../../shared/units.ts';
import { kinds, type BtfType, type BtfTypes } from '../kernel/btf/btf-types.ts';
import { aggregateNamed, layoutRows, memberAt, resolved, sizeOf, typeText, type FoundMember } from '../kernel/btf/type-layout.ts';
import { valueAt, type ValueContext } from '../kernel/btf/type-values.ts';
import { kernelFor, symbolsOf, type KernelSources } from './kernel-sources.ts';
import type { Session } from './session.ts';

export interface StructRequest extends KernelSources {
  readonly name: string;
  readonly address?: bigint | undefined;
  readonly depth?: number | undefined;
}

const others = [kinds.enum, kinds.enum64, kinds.typedef, kinds.int, kinds.float] as const;

/** What a name or a path means: a whole type, or a member with its place in the struct. */
function target(types: BtfTypes, name: string, pointerBytes: number): FoundMember | undefined {
  const [head = '', ...path] = name.trim().split('.');
  const aggregate = aggregateNamed(types, head);
  if (path.length > 0) return aggregate === undefined ? undefined : memberAt(types, aggregate.id, path.join('.'), pointerBytes);
  if (aggregate !== undefined) return { type: aggregate.id, bitOffset: 0, bits: 0 };
  const id = types.named(head.replace(/^enum\s+/, ''), others)[0];
  return id === undefined ? undefined : { type: id, bitOffset: 0, bits: 0 };
}

const kindOf = (type: BtfType | undefined): StructJson['kind'] => {
  switch (type?.kind) {
    case kinds.struct:
      return 'struct';
    case kinds.union:
      return 'union';
    case kinds.enum:
    case kinds.enum64:
      return 'enum';
    default:
      return 'other';
  }
};

const numberJson = (value: bigint): number | string =>
  value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= BigInt(Number.MIN_SAFE_INTEGER) ? Number(value) : value < 0n ? value.toString() : hex(value);

/** @throws DumpError absent when the dump has no types, or none of that name */
export async function describeStruct(session: Session, request: StructRequest, signal: AbortSignal): Promise<StructJson> {
  const kernel = await kernelFor(session, request, signal);
  const search = await kernel.findTypes(signal);
  if (!search.found || kernel.vmcoreinfo === undefined)
    throw new DumpError('absent', { file: session.path }, search.found ? 'no vmcoreinfo' : search.why, 'BTF of the kernel');
  const { types, source, agreeing } = search.types;
  const { memory } = kernel;
  const found = target(types, request.name, memory.pointerBytes);
  if (found === undefined)
    throw new DumpError('absent', { file: session.path }, `no type or member is named ${request.name}`, 'a struct, union, enum or typedef, or struct.member');
  const type = resolved(types, found.type);
  const symbols = symbolsOf(kernel, request);
  const context: ValueContext = { types, memory, symbols: 'why' in symbols ? undefined : symbols };
  const isPath = request.name.includes('.');
  const size = sizeOf(types, found.type, memory.pointerBytes);

  const row = (name: string, member: FoundMember, depth: number): StructMemberJson => {
    const bytes = member.bits === 0 ? sizeOf(types, member.type, memory.pointerBytes) : undefined;
    const value = request.address === undefined ? {} : valueAt(context, request.address, member.type, member.bitOffset, member.bits);
    return {
      name,
      type: typeText(types, member.type),
      offset: Math.floor(member.bitOffset / 8),
      ...(member.bits === 0 ? {} : { bitOffset: member.bitOffset % 8, bits: member.bits }),
      ...(bytes === undefined ? {} : { size: bytes }),
      depth,
      ...value,
    };
  };
  // A path's offsets count from the start of the struct that was named, where the address points.
  const isAggregate = type?.kind === kinds.struct || type?.kind === kinds.union;
  const members = isAggregate
    ? layoutRows(types, type.id, request.depth ?? 0).map(({ member, bitOffset, depth }) =>
        row(member.name, { type: member.type, bitOffset: found.bitOffset + bitOffset, bits: member.bits }, depth),
      )
    : isPath || request.address !== undefined
      ? [row(isPath ? request.name.slice(request.name.indexOf('.') + 1) : '', found, 0)]
      : [];
  const enumerators = type === undefined ? [] : types.enumerators(type.id);
  return {
    schema: schemaVersion,
    source,
    agreeing,
    vmcoreinfo: kernel.vmcoreinfo.source,
    kind: kindOf(type),
    name: typeText(types, found.type),
    ...(size === undefined ? {} : { size }),
    ...(request.address === undefined ? {} : { address: hex(request.address) }),
    members,
    ...(enumerators.length === 0 ? {} : { enumerators: enumerators.map(({ name, value }) => ({ name, value: numberJson(value) })) }),
  };
}

/** Names that `struct` knows, in the order of the alphabet. */
export async function describeTypeNames(session: Session, sources: KernelSources, signal: AbortSignal): Promise<TypeNamesJson> {
  const search = await (await kernelFor(session, sources, signal)).findTypes(signal);
  if (!search.found) return { schema: schemaVersion, names: [], why: search.why };
  return { schema: schemaVersion, names: [...new Set(search.types.types.names())].sort() };
}
