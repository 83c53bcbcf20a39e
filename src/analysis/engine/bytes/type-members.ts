/** Structures as trees: one level at a time, with or without the bytes that they are laid over. Nested structs, arrays and what pointers point to are levels of their own. */
import { defined } from '../../../shared/defined.ts';
import { DumpError } from '../../../shared/dump-error.ts';
import { schemaVersion } from '../../../shared/model.ts';
import type { TypeMemberJson, TypeMembersJson, WantedType } from '../../../shared/type-members-model.ts';
import { isFailure } from '../../../shared/result.ts';
import { hex } from '../../../shared/units.ts';
import { kinds, type BtfTypes } from '../../kernel/btf/btf-types.ts';
import { aggregateNamed, layoutRows, resolved, sizeOf, typeText } from '../../kernel/btf/type-layout.ts';
import { ownModule, parseTypeName, scopeOf } from '../../kernel/btf/type-scope.ts';
import { valueAt, type TypeValue, type ValueContext } from '../../kernel/btf/type-values.ts';
import { perCpuChunks } from '../../kernel/cpus/per-cpu-chunks.ts';
import { perCpuSection, type PerCpuSection } from '../../kernel/cpus/per-cpu-section.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { kernelObjects } from '../../kernel/object/kernel-objects.ts';
import type { SymbolTable } from '../../kernel/symbols/symbol-table.ts';
import { namesOf } from '../kernel/kernel-names.ts';
import type { Session } from '../session/session.ts';
import { readMemory, type ReadRequest } from './read.ts';
import { memoryAt } from './view-as-type.ts';
import { layoutFields } from './view-as.ts';

type Place = Omit<ReadRequest, 'length'>;

/** Members or elements of one answer. */
const pageRows = 256;
const maxText = 256n;
const memoryPage = 4096n;

interface Scope {
  readonly types: BtfTypes;
  readonly module?: string;
  readonly source?: string;
}
interface Found extends Scope {
  readonly id: number;
}

/** @throws DumpError absent when there is no such type */
async function typeFor(session: Session, kernel: Kernel, wanted: Exclude<WantedType, { layout: string }>, signal: AbortSignal): Promise<Found> {
  const absent = (why: string): DumpError => new DumpError('absent', { file: session.path }, why, 'a type of the kernel or of a loaded module');
  const search = await kernel.findTypes(signal);
  if (isFailure(search)) throw absent(search.missing.why);
  const { types, source } = search.value;
  if ('name' in wanted) {
    const name = parseTypeName(wanted.name);
    const found = await scopeOf(types, name, kernel.memory.pointerBytes, () => kernel.findModuleTypes(signal));
    if (isFailure(found)) throw absent(found.missing.why);
    const scope = found?.value;
    const id =
      scope === undefined
        ? undefined
        : (aggregateNamed(scope.types, name.name, scope.from)?.id ?? scope.types.named(name.name, enums).find((one) => one >= scope.from));
    if (scope === undefined || id === undefined) throw absent(`no struct, union, or enum is named ${wanted.name}`);
    return { types: scope.types, id, source: scope.source ?? source, ...defined({ module: scope.module }) };
  }
  const found = wanted.module === undefined ? search : ownModule(await kernel.findModuleTypes(signal), wanted.module);
  if (isFailure(found)) throw absent(found.missing.why);
  const own = found.value;
  if (own.types.get(wanted.id) === undefined) throw absent(`there is no type number ${wanted.id}`);
  return { types: own.types, id: wanted.id, source: own.source, ...defined({ module: wanted.module }) };
}

const enums = [kinds.enum, kinds.enum64, kinds.typedef] as const;

/** Between a pointer and its target: the number is not an address in the kernel's space. */
const otherSpaces: ReadonlyMap<string, string> = new Map([
  ['percpu', 'each CPU has its own copy'],
  ['rcu_percpu', 'each CPU has its own copy'],
  ['user', 'an address of a program'],
  ['iomem', 'an address of a device'],
]);

/** Why a pointer is not followed, as its type says; undefined for one that is. */
function otherSpace(types: BtfTypes, target: number): string | undefined {
  let type = types.get(target);
  for (let step = 0; step < 16 && type !== undefined; step += 1) {
    const space = type.kind === kinds.typeTag ? otherSpaces.get(type.name) : undefined;
    if (space !== undefined) return space;
    if (type.kind !== kinds.typeTag && type.kind !== kinds.const && type.kind !== kinds.volatile && type.kind !== kinds.typedef) return undefined;
    type = types.get(type.type);
  }
  return undefined;
}

/** The type that a pointer's target is laid out by; undefined where nothing can be laid there, as for void and functions. */
function targetOf(types: BtfTypes, pointer: number, pointerBytes: number): number | undefined {
  const target = types.get(pointer)?.type ?? 0;
  if (otherSpace(types, target) !== undefined) return undefined;
  const type = resolved(types, target);
  // Only declared here: the definition has the same name.
  if (type?.kind === kinds.forward) return aggregateNamed(types, type.name)?.id;
  return sizeOf(types, target, pointerBytes) === undefined ? undefined : target;
}

/** What is inside a member, and where it leads. Most compilers leave the tags of pointers out: those to per-CPU data are identified by their number. */
function inside(
  { types, module }: Scope,
  id: number,
  value: TypeValue,
  { pointerBytes, perCpu }: { readonly pointerBytes: number; readonly perCpu: readonly PerCpuSection[] },
): Pick<TypeMemberJson, 'opens' | 'place' | 'unfollowed'> {
  const type = resolved(types, id);
  const reference = (to: number) => ({ id: to, ...defined({ module }) });
  switch (type?.kind) {
    case kinds.struct:
    case kinds.union:
      return { opens: { type: reference(type.id), how: 'members' } };
    case kinds.array: {
      const array = types.array(type.id);
      return array === undefined || array.count === 0 ? {} : { opens: { type: reference(type.id), how: 'elements', elements: array.count } };
    }
    case kinds.pointer: {
      const address = value.value === undefined ? undefined : BigInt(value.value);
      if (address === 0n) return {};
      const isPerCpu = address !== undefined && perCpu.some(({ start, end }) => start <= address && address < end);
      const unfollowed = isPerCpu ? otherSpaces.get('percpu') : otherSpace(types, type.type);
      if (unfollowed !== undefined) return address === undefined ? {} : { unfollowed };
      const target = targetOf(types, type.id, pointerBytes);
      return {
        ...(target === undefined ? {} : { opens: { type: reference(target), how: 'target' as const } }),
        ...(typeof value.value === 'string' ? { place: { space: 'virtual' as const, address: hex(BigInt(value.value)) } } : {}),
      };
    }
    default:
      return {};
  }
}

/** The numbers that are not addresses, as far as symbols and types lead to what the kernel says of them. */
function perCpuNumbers({ memory, types, vmcoreinfo }: Kernel, symbols: SymbolTable): readonly PerCpuSection[] {
  const section = perCpuSection(memory, symbols);
  if (section === undefined || isFailure(types)) return section === undefined ? [] : [section];
  const space = { memory, vmcoreinfo, types: types.value.types, noTypes: '', pointerBytes: memory.pointerBytes, symbolAt: () => undefined };
  const chunks = perCpuChunks(kernelObjects({ space, symbols, noSymbols: '' }), section);
  return isFailure(chunks) ? [section] : [section, ...chunks.value];
}

interface Row {
  readonly name: string;
  readonly depth: number;
  readonly type: number;
  readonly bitOffset: number;
  readonly bits: number;
}

/** The parts of a type: members, elements, or the one value that it is. */
function rowsOf(types: BtfTypes, id: number, start: number, pointerBytes: number): { readonly rows: readonly Row[]; readonly total: number } {
  const type = resolved(types, id);
  if (type?.kind === kinds.struct || type?.kind === kinds.union) {
    const rows = layoutRows(types, type.id, 0);
    const page = rows.slice(start, start + pageRows);
    return {
      total: rows.length,
      rows: page.map(({ member, bitOffset, depth }) => ({ name: member.name, depth, type: member.type, bitOffset, bits: member.bits })),
    };
  }
  const array = type === undefined ? undefined : types.array(type.id);
  const step = array === undefined ? undefined : sizeOf(types, array.type, pointerBytes);
  if (array === undefined) return { total: 1, rows: start > 0 ? [] : [{ name: '*', depth: 0, type: id, bitOffset: 0, bits: 0 }] };
  if (step === undefined || start >= array.count) return { total: array.count, rows: [] };
  const length = Math.min(pageRows, array.count - start);
  const rows = Array.from({ length }, (_, at) => ({ name: `[${start + at}]`, depth: 0, type: array.type, bitOffset: (start + at) * step * 8, bits: 0 }));
  return { total: array.count, rows };
}

/** What a `char *` points to: up to the end of the text, or of the page that it begins in. */
function textAt(context: ValueContext, address: bigint): TypeValue {
  const room = memoryPage - (address % memoryPage);
  const length = Number(room < maxText ? room : maxText);
  const bytes = context.memory.bytes(address, length);
  if (bytes === undefined) return { absent: context.memory.absence(address, length)?.detail ?? 'it cannot be read' };
  const end = bytes.indexOf(0);
  return { text: JSON.stringify(Buffer.from(end === -1 ? bytes : bytes.subarray(0, end)).toString('latin1')) };
}

/**
 * One level of a structure.
 * @param place of its first byte; without it the layout alone
 * @param start first member or element of the page
 * @throws DumpError absent when there is no such type; unsupported for a layout that is not declared; what `readMemory` throws
 * @throws Cancelled
 */
export async function typeMembers(
  session: Session,
  wanted: WantedType,
  place: Place | undefined,
  start: number,
  signal: AbortSignal,
): Promise<TypeMembersJson> {
  if ('layout' in wanted) {
    const { name, size, fields } = layoutFields(session, wanted.layout, place);
    const members = fields.slice(start, start + pageRows).map((field) => ({ ...field, depth: 0 }));
    return { schema: schemaVersion, name, size, members, total: fields.length, ...nextOf(start, fields.length) };
  }
  const kernel = await session.findKernel(signal);
  const { pointerBytes } = kernel.memory;
  const found = await typeFor(session, kernel, wanted, signal);
  const { types, id, module, source } = found;
  // A place that no read can reach fails as a whole, not member by member.
  if (place !== undefined) readMemory(session, { ...place, length: 1 });
  const symbols = namesOf(kernel);
  const context = place === undefined ? undefined : { types, memory: memoryAt(session, place, pointerBytes), symbols: 'why' in symbols ? undefined : symbols };
  const valueOf = (row: Row): TypeValue => {
    if (context === undefined || place === undefined) return {};
    return row.name === '*' && types.get(row.type)?.name === 'char'
      ? textAt(context, place.address)
      : valueAt(context, place.address, row.type, row.bitOffset, row.bits);
  };
  const perCpu = 'why' in symbols ? [] : perCpuNumbers(kernel, symbols);
  const { rows, total } = rowsOf(types, id, start, pointerBytes);
  const size = sizeOf(types, id, pointerBytes);
  return {
    schema: schemaVersion,
    name: typeText(types, id),
    ...defined({ size, module, source }),
    members: rows.map((row) => {
      const value = valueOf(row);
      const bitOffset = row.bitOffset % 8;
      return {
        name: row.name,
        depth: row.depth,
        type: typeText(types, row.type),
        offset: Math.floor(row.bitOffset / 8),
        size: row.bits === 0 ? (sizeOf(types, row.type, pointerBytes) ?? 0) : Math.ceil((bitOffset + row.bits) / 8),
        ...(row.bits === 0 ? {} : { bitOffset, bits: row.bits }),
        ...value,
        // The members of an anonymous one are here already.
        ...(row.name === '' || row.bits !== 0 ? {} : inside(found, row.type, value, { pointerBytes, perCpu })),
      };
    }),
    total,
    ...nextOf(start, total),
  };
}

const nextOf = (start: number, total: number): { readonly next?: number } => (start + pageRows < total ? { next: start + pageRows } : {});
