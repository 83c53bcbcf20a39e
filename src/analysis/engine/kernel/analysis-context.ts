/** What an analysis reads of one session: what it needs is looked for before it starts, for it does not wait while it runs. */
import type { AnalysisNeed, AnalysisTable } from '../../../shared/analysis-table.ts';
import { defined } from '../../../shared/defined.ts';
import type { AnalysisKernel, AnalysisStacks } from '../../kernel/analyses/analysis-kernel.ts';
import type { KernelTypes } from '../../kernel/btf/find-types.ts';
import type { ModuleTypeSearch } from '../../kernel/btf/module-types.ts';
import { kernelObjects, type KernelObjects } from '../../kernel/object/kernel-objects.ts';
import { ownModule } from '../../kernel/btf/type-scope.ts';
import type { Session } from '../session/session.ts';
import { stacksOf, withAllNames } from './backtrace.ts';
import { cpuContexts } from './kernel-cpus.ts';
import { symbolText } from './kernel-names.ts';
import { lookForCpus } from './look-for-cpus.ts';
import { kernelState } from './kernel-state.ts';
import type { KernelTasks } from './find-tasks.ts';
import { kernelTasks } from './kernel-tasks.ts';
import { failed, isFailure, valueOf } from '../../../shared/result.ts';

/**
 * @param table whose `needs` and `uses` are looked for
 * @throws Cancelled
 */
export async function analysisKernel(session: Session, { needs, uses }: Pick<AnalysisTable, 'needs' | 'uses'>, signal: AbortSignal): Promise<AnalysisKernel> {
  const wanted = new Set<AnalysisNeed>([...needs, ...uses]);
  const state = await kernelState(session, signal);
  await lookForCpus(session, signal);
  const { kernel, memory, symbols, names } = state;
  await kernel.ready([...(wanted.has('log') ? (['log'] as const) : []), ...(wanted.has('modules') ? (['modules'] as const) : [])], signal);
  // On s390x memory is scanned for types only where something cannot go without them.
  const search = state.types === undefined && (needs.includes('types') || needs.includes('module-types')) ? await kernel.findTypes(signal) : undefined;
  const types: KernelTypes | undefined = state.types ?? valueOf(search);
  const noTypes = types === undefined ? (search !== undefined && isFailure(search) ? search.missing.why : state.noTypes) : '';
  const noSymbols = !isFailure(kernel.symbols) ? '' : kernel.symbols.missing.why;
  const moduleTypes: ModuleTypeSearch | undefined = wanted.has('module-types') && types !== undefined ? await kernel.findModuleTypes(signal) : undefined;
  const hasTasks = wanted.has('tasks') || wanted.has('stacks');
  const tasks: KernelTasks | undefined = hasTasks ? await kernelTasks(session, signal) : undefined;
  const stacks: AnalysisStacks | undefined =
    tasks !== undefined && wanted.has('stacks') ? stacksOf(session, await withAllNames(tasks, session, signal)) : undefined;
  const symbolAt = (address: bigint): string | undefined => {
    const found = names?.at(address);
    return found === undefined ? undefined : symbolText(found);
  };
  const source = { noTypes, vmcoreinfo: kernel.vmcoreinfo, pointerBytes: memory.pointerBytes, memory, symbolAt };
  const objects = kernelObjects({ space: { ...source, types: types?.types }, symbols, noSymbols });
  const ofModules = new Map<string, KernelObjects>();
  const modules = wanted.has('modules') ? kernel.modules : failed('modules', '');
  const why: Readonly<Record<AnalysisNeed, () => string | undefined>> = {
    symbols: () => (symbols === undefined ? noSymbols : undefined),
    types: () => (types === undefined ? noTypes : undefined),
    'module-types': () => (moduleTypes === undefined ? noTypes : undefined),
    modules: () => (isFailure(modules) ? modules.missing.why : undefined),
    tasks: () => (tasks === undefined || tasks.list.tasks.length > 0 ? undefined : (tasks.missing[0]?.why ?? 'no tasks were found')),
    stacks: () => undefined,
    log: () => (!isFailure(kernel.log) ? undefined : kernel.log.missing.why),
  };
  return {
    kernel,
    memory,
    symbols,
    types,
    objects,
    objectsOf(module) {
      const known = ofModules.get(module);
      if (known !== undefined) return known;
      const own = moduleTypes === undefined ? failed('types', noTypes) : ownModule(moduleTypes, module);
      const space = isFailure(own) ? { ...source, types: undefined, noTypes: own.missing.why } : { ...source, types: own.value.types };
      const made = kernelObjects({ space, symbols: names, noSymbols });
      ofModules.set(module, made);
      return made;
    },
    symbolAt,
    cpus: tasks?.cpus ?? cpuContexts(session).cpus,
    moduleTypes,
    tasks: tasks === undefined ? undefined : { list: tasks.list, missing: tasks.missing, ...defined({ layout: tasks.layout }) },
    stacks,
    why: (need) => why[need](),
  };
}
