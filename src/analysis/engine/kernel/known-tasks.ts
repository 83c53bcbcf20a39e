/** The tasks of a kernel by what is known of it or led to: for answers that come while a pointer rests on an address, and search for nothing. */
import type { Kernel } from '../../kernel/kernel.ts';
import { withoutLostPages } from '../../kernel/memory/lost-pages.ts';
import { derived } from '../session/memo.ts';
import type { Session } from '../session/session.ts';
import { findTasks, type KernelTasks } from './find-tasks.ts';
import { stateOf, type KernelState } from './kernel-state.ts';
import { kernelTasks } from './kernel-tasks.ts';
import { knowsCpus } from './look-for-cpus.ts';

/** A later search may find another text of vmcoreinfo, and with it another kernel; and what CPUs are called. */
const firstTasks = derived((_: Session) => new Map<Kernel, KernelTasks>());

/** Why symbols, and what only they lead to, are not looked at: kernels before 6.0 do not publish where they lie. */
export const unsearched = 'they would have to be searched for';

async function knownState(kernel: Kernel, signal: AbortSignal): Promise<KernelState> {
  if (!kernel.hasSymbols) {
    const types = kernel.knownTypes;
    return { kernel, memory: withoutLostPages(kernel.memory), symbols: undefined, names: undefined, types, noTypes: types === undefined ? unsearched : '' };
  }
  await kernel.ready(['symbols', 'types'], signal);
  const known = kernel.knownTypes;
  return known === undefined ? stateOf(kernel, 'when-asked') : stateOf(kernel, 'when-asked', { value: known });
}

/**
 * All tasks where they were read before, else the oldest and newest few thousand. Without a name for each CPU there are no CPUs.
 * @throws Cancelled
 */
export async function knownTasks(session: Session, signal: AbortSignal): Promise<KernelTasks> {
  const all = kernelTasks.known(session);
  if (all !== undefined) return all;
  const kernel = session.knownKernel;
  const before = firstTasks(session).get(kernel);
  if (before !== undefined) return before;
  const tasks = await findTasks(session, await knownState(kernel, signal), 'first', signal);
  if (!knowsCpus(session)) return { ...tasks, cpus: [] };
  firstTasks(session).set(kernel, tasks);
  return tasks;
}
