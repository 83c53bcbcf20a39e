/** `struct`: a type of the kernel or of a module, its layout, and values at an address. */
import { type BtfType, kinds } from '../../kernel/btf/btf-types.ts';
import { missingModuleTypes } from '../../kernel/btf/module-types.ts';
import { type TypeScope, parseTypeName, scopeOf } from '../../kernel/btf/type-scope.ts';
import { type FoundMember, aggregateNamed, layoutRows, memberAt, resolved, sizeOf, typeText } from '../../kernel/btf/type-layout.ts';
import { defined } from '../../../shared/defined.ts';
import type { StructJson, StructMemberJson } from '../../../shared/kernel-model.ts';
import { hex } from '../../../shared/units.ts';
import type { Session } from '../session/session.ts';
import { DumpError } from '../../../shared/dump-error.ts';
import { namesOf } from './kernel-names.ts';
import { type ValueContext, valueAt } from '../../kernel/btf/type-values.ts';
import { schemaVersion } from '../../../shared/model.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { isFailure } from '../../../shared/result.ts';

export interface StructRequest {
  /** "task_struct.comm", "ext4:ext4_inode_info". */
  readonly name: string;
  readonly module?: string | undefined;
  readonly address?: bigint | undefined;
  /** How deep nested structs are opened; without it not at all, or with an address whole where that gives few rows. */
  readonly depth?: number | undefined;
}

/** A lock or a list head is nothing but nested structs: values are in those. */
const wholeDepth = 8;
const fewRows = 64;

const others = [kinds.enum, kinds.enum64, kinds.typedef, kinds.int, kinds.float] as const;

/** What a name or a path means: a whole type, or a member with its place in the struct. */
function target({ types, from }: TypeScope, head: string, path: string | undefined, pointerBytes: number): FoundMember | undefined {
  const aggregate = aggregateNamed(types, head, from);
  if (path !== undefined) return aggregate === undefined ? undefined : memberAt(types, aggregate.id, path, pointerBytes);
  if (aggregate !== undefined) return { type: aggregate.id, bitOffset: 0, bits: 0 };
  const id = types.named(head, others).find((one) => one >= from);
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
  const kernel = await session.findKernel(signal);
  const search = await kernel.findTypes(signal);
  if (isFailure(search) || kernel.vmcoreinfo === undefined)
    throw new DumpError('absent', { file: session.path }, !isFailure(search) ? 'no vmcoreinfo' : search.missing.why, 'BTF of the kernel');
  const { agreeing } = search.value;
  const { memory } = kernel;
  const wanted = { ...defined({ module: request.module }), ...parseTypeName(request.name) };
  const dot = wanted.name.indexOf('.');
  const [head, path] = dot === -1 ? [wanted.name, undefined] : [wanted.name.slice(0, dot), wanted.name.slice(dot + 1)];
  const scoped = await scopeOf(search.value.types, { ...wanted, name: head }, memory.pointerBytes, () => kernel.findModuleTypes(signal));
  const absent = (why: string): DumpError => new DumpError('absent', { file: session.path }, why, 'a struct, union, enum or typedef, or struct.member');
  if (isFailure(scoped)) throw absent(scoped.missing.why);
  const scope = scoped?.value;
  const found = scope === undefined ? undefined : target(scope, head, path, memory.pointerBytes);
  if (scope === undefined || found === undefined) throw absent(`no type or member is named ${request.name}${await unread(kernel, signal)}`);
  const { types } = scope;
  const type = resolved(types, found.type);
  const symbols = namesOf(kernel);
  const context: ValueContext = { types, memory, symbols: 'why' in symbols ? undefined : symbols };
  const size = sizeOf(types, found.type, memory.pointerBytes);

  const row = (name: string, member: FoundMember, depth: number): StructMemberJson => {
    const bytes = member.bits === 0 ? sizeOf(types, member.type, memory.pointerBytes) : undefined;
    const value = request.address === undefined ? {} : valueAt(context, request.address, member.type, member.bitOffset, member.bits);
    return {
      name,
      type: typeText(types, member.type),
      offset: Math.floor(member.bitOffset / 8),
      ...(member.bits === 0 ? {} : { bitOffset: member.bitOffset % 8, bits: member.bits }),
      ...defined({ size: bytes }),
      depth,
      ...value,
    };
  };
  // A path's offsets count from the start of the struct that was named, where the address points.
  const isAggregate = type?.kind === kinds.struct || type?.kind === kinds.union;
  const unasked = (id: number): number => (request.address !== undefined && layoutRows(types, id, wholeDepth).length <= fewRows ? wholeDepth : 0);
  const members = isAggregate
    ? layoutRows(types, type.id, request.depth ?? unasked(type.id)).map(({ member, bitOffset, depth }) =>
        row(member.name, { type: member.type, bitOffset: found.bitOffset + bitOffset, bits: member.bits }, depth),
      )
    : path !== undefined || request.address !== undefined
      ? [row(path ?? '', found, 0)]
      : [];
  const enumerators = type === undefined ? [] : types.enumerators(type.id);
  return {
    schema: schemaVersion,
    source: scope.source ?? search.value.source,
    agreeing,
    vmcoreinfo: kernel.vmcoreinfo.source,
    ...defined({ module: scope.module }),
    ...(scope.alike === undefined ? {} : { alike: [...scope.alike] }),
    kind: kindOf(type),
    name: typeText(types, found.type),
    ...defined({ size }),
    ...(request.address === undefined ? {} : { address: hex(request.address) }),
    members,
    ...(enumerators.length === 0 ? {} : { enumerators: enumerators.map(({ name, value }) => ({ name, value: numberJson(value) })) }),
  };
}

/** What is to be said where a name is not found: modules whose types could not be looked at. */
async function unread(kernel: Kernel, signal: AbortSignal): Promise<string> {
  const [first, ...more] = missingModuleTypes(await kernel.findModuleTypes(signal));
  return first === undefined ? '' : `; not looked at: ${first.what} (${first.why})${more.length === 0 ? '' : ` and those of ${more.length} more`}`;
}
