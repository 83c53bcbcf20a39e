/** What says which CPU registers are of, looked for once: whatever names CPUs waits for it, so that all answers name them alike. */
import { architectures } from '../../arch/index.ts';
import type { CpuEvidence } from '../../kernel/cpus/identify-cpus.ts';
import { foundEvidence, machineCpus } from '../machine/machine-cpus.ts';
import type { Session } from '../session/session.ts';
import { findTasks } from './find-tasks.ts';
import { stateOf } from './kernel-state.ts';
import { derived } from '../session/memo.ts';
import { stackEvidence } from './task-on-cpu.ts';
import { isFailure } from '../../../shared/result.ts';

/** Kernels without symbols of data lead to no per-CPU data; tasks say then on which CPU they ran, and the registers whose stack they use. */
async function lookAtStacks(session: Session, signal: AbortSignal): Promise<void> {
  const { cpus, recorded } = machineCpus(session);
  if (cpus.slice(0, recorded).every(({ identity }) => identity?.by !== 'position')) return;
  const { knownKernel: kernel } = session;
  const { memory, cpus: contexts, list, layout } = await findTasks(session, stateOf(kernel, 'when-asked', await kernel.findTypes(signal)), 'first', signal);
  const found = layout === undefined ? new Map<number, CpuEvidence>() : stackEvidence(memory.arch, contexts, list, layout.stackBytes);
  if (found.size > 0) foundEvidence(session).byCpu = found;
}

/** Whether a look has come to its end. */
const looks = derived((_: Session) => ({ isDone: false }));

/** Whether CPUs are called what they will be called: nothing is looked for. */
export const knowsCpus = (session: Session): boolean => looks(session).isDone;

/**
 * The kernel as `lookForKernel` finds it; its symbols and types, which are looked for in its image where nothing leads to them (kernels
 * before 6.0 do not publish where symbols lie); and the oldest and newest tasks where nothing else tells CPUs apart. No memory is scanned otherwise.
 * @throws Cancelled
 */
export async function lookForCpus(session: Session, signal: AbortSignal): Promise<void> {
  await look(session, signal);
  looks(session).isDone = true;
}

async function look(session: Session, signal: AbortSignal): Promise<void> {
  await session.lookForKernel(signal);
  const { knownKernel: kernel, image } = session;
  if (kernel.vmcoreinfo === undefined) return;
  const hasLowcores = architectures[image.machine.arch].features.has('lowcore');
  await kernel.ready(['symbols'], signal);
  if (hasLowcores || isFailure(kernel.symbols) || (await kernel.lookForTypes(signal)) === undefined) return;
  // A scan may find another text of vmcoreinfo later, and with it another kernel.
  await session.memo.search(kernel, (own) => lookAtStacks(session, own), signal);
}
