/** Which types a name means: the kernel's, or those of a module. */
import { failed, mapResult, type Result } from '../../../shared/result.ts';
import { kinds, type BtfType, type BtfTypes } from './btf-types.ts';
import type { ModuleTypes, ModuleTypeSearch } from './module-types.ts';
import { layoutRows, resolved, sizeOf, typeText } from './type-layout.ts';

export interface TypeScope {
  readonly types: BtfTypes;
  /** Ids below are not meant. */
  readonly from: number;
  readonly module?: string;
  /** Where the types lie, for a module's. */
  readonly source?: string;
  /** Other modules with a type of this name, all of the same layout. */
  readonly alike?: readonly string[];
}

export interface TypeName {
  readonly module?: string;
  /** Without "struct", "union" or "enum". */
  readonly name: string;
}

/** "ext4:ext4_inode_info", "struct task_struct". */
export function parseTypeName(text: string): TypeName {
  const bare = (name: string): string => name.trim().replace(/^(?:struct|union|enum)\s+/, '');
  const match = /^([\w-]+):(.*)$/.exec(bare(text));
  return match?.[1] === undefined || match[2] === undefined ? { name: bare(text) } : { module: match[1], name: bare(match[2]) };
}

const nameable = [kinds.struct, kinds.union, kinds.typedef, kinds.enum, kinds.enum64, kinds.int, kinds.float] as const;

const namedFrom = (types: BtfTypes, name: string, from: number): readonly number[] => types.named(name, nameable).filter((id) => id >= from);

/** Everything that a reader of the layout sees. */
function signature(types: BtfTypes, id: number, pointerBytes: number): string {
  const type: BtfType | undefined = resolved(types, id);
  if (type === undefined) return '';
  const rows = layoutRows(types, type.id, 0).map(({ member, bitOffset, depth }) =>
    [depth, bitOffset, member.bits, member.name, typeText(types, member.type)].join(' '),
  );
  const values = types.enumerators(type.id).map(({ name, value }) => `${name}=${value}`);
  return [String(type.kind), String(sizeOf(types, id, pointerBytes)), ...rows, ...values].join('\n');
}

/** Every name of a type that is not below `from`, with its id; a name can come more than once. */
export function* namedIds(types: BtfTypes, from: number): Generator<readonly [string, number]> {
  for (let id = Math.max(1, from); id <= types.count; id += 1) {
    const type = types.get(id);
    if (type !== undefined && type.name !== '' && (nameable as readonly number[]).includes(type.kind)) yield [type.name, id];
  }
}

/** Whether types of one name in several modules have the same layout, so that it does not matter whose is taken. */
export function isOneType(all: readonly { readonly types: BtfTypes; readonly id: number }[], pointerBytes: number): boolean {
  const [first, ...others] = all;
  if (first === undefined || others.length === 0) return true;
  const wanted = signature(first.types, first.id, pointerBytes);
  return others.every(({ types, id }) => signature(types, id, pointerBytes) === wanted);
}

/** Whether the kernel has a type of this name with the same layout: modules of newer kernels carry copies. */
export function isCopy(kernelTypes: BtfTypes, name: string, one: { readonly types: BtfTypes; readonly id: number }, pointerBytes: number): boolean {
  const wanted = signature(one.types, one.id, pointerBytes);
  return namedFrom(kernelTypes, name, 0).some((id) => signature(kernelTypes, id, pointerBytes) === wanted);
}

const isModule = (name: string, wanted: string): boolean => name.replaceAll('-', '_') === wanted.replaceAll('-', '_');

/** The types of one module, or why they are not there. */
export function ownModule(search: ModuleTypeSearch, module: string): Result<ModuleTypes> {
  const found = search.modules.find((one) => isModule(one.module, module));
  const why = search.none ?? search.lacking.find((one) => one.module !== undefined && isModule(one.module, module))?.why;
  if (found !== undefined) return { value: found };
  return failed(`types of ${module}`, why === undefined ? `no module ${module} is loaded` : `types of ${module}: ${why}`);
}

/** Types of one module; what it took over from the kernel's is found too. */
function moduleScope(search: ModuleTypeSearch, module: string, name: string): Result<TypeScope> {
  return mapResult(ownModule(search, module), (own) => {
    const from = namedFrom(own.types, name, own.types.firstId).length > 0 ? own.types.firstId : 0;
    return { types: own.types, from, module: own.module, source: own.source };
  });
}

/**
 * The types in which a name is to be looked for: the kernel's if it has the name, else those of the module that does.
 * @param head a name without members: "task_struct"
 * @param modules asked for only when the kernel does not have the name or a module is named
 * @returns undefined when nothing has the name; why, when modules differ in it or the module's types are not there
 */
export async function scopeOf(
  kernelTypes: BtfTypes,
  head: TypeName,
  pointerBytes: number,
  modules: () => Promise<ModuleTypeSearch>,
): Promise<Result<TypeScope> | undefined> {
  if (head.module !== undefined) return moduleScope(await modules(), head.module, head.name);
  if (namedFrom(kernelTypes, head.name, 0).length > 0) return { value: { types: kernelTypes, from: 0 } };
  const having = (await modules()).modules.flatMap((one) => {
    const [id] = namedFrom(one.types, head.name, one.types.firstId);
    return id === undefined ? [] : [{ ...one, id }];
  });
  const [first, ...others] = having;
  if (first === undefined) return undefined;
  if (!isOneType(having, pointerBytes))
    return failed(
      head.name,
      `modules have different types named ${head.name}; specify the module: ${having.map(({ module }) => `${module}:${head.name}`).join(', ')}`,
    );
  return {
    value: {
      types: first.types,
      from: first.types.firstId,
      module: first.module,
      source: first.source,
      ...(others.length === 0 ? {} : { alike: others.map(({ module }) => module) }),
    },
  };
}
