/** Names of the kernel's types and of those of its modules, as the doors take them. */
import { append } from '../../../shared/append.ts';
import { DumpError } from '../../../shared/dump-error.ts';
import type { TypeNamesJson } from '../../../shared/kernel-model.ts';
import { schemaVersion } from '../../../shared/model.ts';
import type { BtfTypes } from '../../kernel/btf/btf-types.ts';
import { missingModuleTypes } from '../../kernel/btf/module-types.ts';
import { isCopy, isOneType, namedIds, ownModule } from '../../kernel/btf/type-scope.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Session } from '../session/session.ts';
import { isFailure } from '../../../shared/result.ts';

type Wanted = (types: BtfTypes, id: number) => boolean;

/** Names of own types that are wanted, each with an id. */
function namesFrom(types: BtfTypes, from: number, wanted: Wanted): ReadonlyMap<string, number> {
  const names = new Map<string, number>();
  for (const [name, id] of namedIds(types, from)) if (!names.has(name) && wanted(types, id)) names.set(name, id);
  return names;
}

/**
 * In the order of the alphabet. A name that several modules have for different types, or for others than the kernel has, is listed once for each
 * as "module:name".
 * @param module only the own types of this module
 * @throws DumpError absent when no types of that module are there; Cancelled
 */
export async function typeNames(kernel: Kernel, module: string | undefined, signal: AbortSignal, wanted: Wanted = () => true): Promise<TypeNamesJson> {
  const search = await kernel.findTypes(signal);
  if (isFailure(search)) return { schema: schemaVersion, names: [], why: search.missing.why };
  const ofModules = await kernel.findModuleTypes(signal);
  if (module !== undefined) {
    const found = ownModule(ofModules, module);
    if (isFailure(found)) throw new DumpError('absent', {}, found.missing.why, 'a loaded module whose BTF is in the dump');
    const own = found.value.types;
    return { schema: schemaVersion, names: [...namesFrom(own, own.firstId, wanted).keys()].sort() };
  }
  const names = new Set(namesFrom(search.value.types, 0, wanted).keys());
  const owners = new Map<string, { readonly module: string; readonly types: BtfTypes; readonly id: number }[]>();
  for (const one of ofModules.modules) {
    for (const [name, id] of namesFrom(one.types, one.types.firstId, wanted)) {
      const known = owners.get(name);
      if (known === undefined) owners.set(name, [{ ...one, id }]);
      else known.push({ ...one, id });
    }
  }
  const all = [...names];
  const { pointerBytes } = kernel.memory;
  for (const [name, having] of owners) {
    if (names.has(name))
      append(
        all,
        having.filter((one) => !isCopy(search.value.types, name, one, pointerBytes)).map((one) => `${one.module}:${name}`),
      );
    else append(all, isOneType(having, pointerBytes) ? [name] : having.map((one) => `${one.module}:${name}`));
  }
  const missing = missingModuleTypes(ofModules);
  return { schema: schemaVersion, names: all.sort(), ...(missing.length === 0 ? {} : { missing: [...missing] }) };
}

/** Names that `struct` knows, in the order of the alphabet: all, or those of one module's own types. */
export async function describeTypeNames(session: Session, module: string | undefined, signal: AbortSignal): Promise<TypeNamesJson> {
  return typeNames(await session.findKernel(signal), module, signal);
}
