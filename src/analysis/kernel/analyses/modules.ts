/** Loaded modules (include/linux/module.h): the list is read without types, sizes and users need them. */
import { isFailure } from '../../../shared/result.ts';
import { missingModuleTypes } from '../btf/module-types.ts';
import { moduleDetails } from '../modules/module-details.ts';
import { address, bytes, count, defineAnalysis, text } from './analysis.ts';

export const modules = defineAnalysis({
  id: 'modules',
  title: 'Modules',
  about: "Loaded modules in the order of the kernel's list, the one loaded last first.",
  needs: ['modules'],
  uses: ['types', 'module-types'],
  columns: {
    module: address('its struct module'),
    name: text('its name'),
    state: text('live, coming (its init runs), going (its exit runs) or unformed'),
    bytes: bytes('memory that it takes, as /proc/modules shows it'),
    base: address('where its code begins'),
    users: count('references by others'),
    taint: text('letters of the taints that it caused; empty if none'),
    types: count('types of its own that the dump holds'),
  },
  key: ['name'],
  grouping: ['state'],
  comparing: { sums: ['bytes'] },
  *run({ kernel, types, memory, moduleTypes, why }) {
    const found = kernel.modules;
    if (isFailure(found)) return;
    const noTypes = why('types');
    if (noTypes !== undefined) yield { missing: { what: 'sizes, users and taint of modules', why: `types are needed: ${noTypes}` } };
    const counts = new Map(moduleTypes?.modules.map(({ module, types: all }) => [module, all.count + 1 - all.firstId]));
    for (const module of found.value.list.modules) {
      const details = types === undefined ? {} : moduleDetails(types.types, memory, module.address);
      yield {
        row: {
          module: module.address,
          name: module.name,
          state: module.state,
          ...details,
          types: counts.get(module.name),
        },
      };
    }
    if (found.value.list.broken !== undefined) yield { missing: { what: 'modules after the break', why: found.value.list.broken } };
    for (const one of moduleTypes === undefined ? [] : missingModuleTypes(moduleTypes)) yield { missing: one };
  },
});
