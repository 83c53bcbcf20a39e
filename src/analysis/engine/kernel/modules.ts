/** `modules`: loaded modules, and what of them is in the dump. */
import { defined } from '../../../shared/defined.ts';
import { schemaVersion } from '../../../shared/model.ts';
import { isFailure, type Missing } from '../../../shared/result.ts';
import type { ModulesJson } from '../../../shared/task-model.ts';
import { hex } from '../../../shared/units.ts';
import { missingModuleTypes } from '../../kernel/btf/module-types.ts';
import { moduleDetails, type ModuleDetails } from '../../kernel/modules/module-details.ts';
import { kernelState } from './kernel-state.ts';
import type { Session } from '../session/session.ts';

/** @throws Cancelled */
export async function describeModules(session: Session, signal: AbortSignal): Promise<ModulesJson> {
  const { kernel, memory, types: search, noTypes } = await kernelState(session, signal, 'when-asked');
  await kernel.ready(['modules'], signal);
  const types = search?.types;
  const found = kernel.modules;
  if (isFailure(found)) return { schema: schemaVersion, modules: [], complete: false, missing: [found.missing] };
  const { modules, complete, broken } = found.value.list;
  const missing: Missing[] = types === undefined ? [{ what: 'sizes, users and taint of modules', why: `types are needed: ${noTypes}` }] : [];
  if (broken !== undefined) missing.push({ what: 'modules after the break', why: broken });
  const own = types === undefined ? undefined : await kernel.findModuleTypes(signal);
  const typeCounts = new Map(own?.modules.map(({ module, types: all }) => [module, all.count + 1 - all.firstId]));
  return {
    schema: schemaVersion,
    modules: modules.map((module) => {
      const { base, ...details }: ModuleDetails = types === undefined ? {} : moduleDetails(types, memory, module.address);
      const count = typeCounts.get(module.name);
      return {
        address: hex(module.address),
        name: module.name,
        state: module.state,
        ...details,
        ...(base === undefined ? {} : { base: hex(base) }),
        ...defined({ types: count }),
      };
    }),
    complete,
    source: found.value.source,
    missing: [...missing, ...(own === undefined ? [] : missingModuleTypes(own))],
  };
}
