/** The tasks of a dump's kernel, found once per session. */
import type { Session } from '../session/session.ts';
import { searched } from '../session/memo.ts';
import { findTasks, isMixed, streamTasks, type KernelTasks, type TaskScope, type TaskStream } from './find-tasks.ts';
import { kernelState } from './kernel-state.ts';
import { lookForCpus } from './look-for-cpus.ts';

async function tasksOf(session: Session, signal: AbortSignal, scope: TaskScope): Promise<KernelTasks> {
  const state = await kernelState(session, signal, scope === 'all' ? 'at-once' : 'when-asked');
  await lookForCpus(session, signal);
  const found = await findTasks(session, state, scope, signal);
  return isMixed(found) ? { ...found, first: await tasksOf(session.inView('prod'), signal, scope) } : found;
}

/** All tasks, found once. @throws Cancelled when memory has to be scanned for types */
export const kernelTasks = searched((session: Session, signal) => tasksOf(session, signal, 'all'));

/** All tasks as they are read, where they are not known yet; undefined where they have to be read together. @throws Cancelled */
export async function tasksAsRead(session: Session, signal: AbortSignal): Promise<TaskStream | undefined> {
  if (kernelTasks.known(session) !== undefined) return undefined;
  const state = await kernelState(session, signal, 'when-asked');
  await lookForCpus(session, signal);
  return streamTasks(session, state, signal);
}

/**
 * The tasks that occupied the CPUs, and idle ones: what is read for it does not grow with the number of tasks.
 * @throws Cancelled when memory has to be scanned for types
 */
export const runningTasks = async (session: Session, signal: AbortSignal): Promise<KernelTasks> =>
  kernelTasks.known(session) ?? (await tasksOf(session, signal, 'running'));

/** The oldest and the newest tasks, a few thousand, for what must not take longer the more there are. @throws Cancelled */
export const firstOfTasks = async (session: Session, signal: AbortSignal): Promise<KernelTasks> =>
  kernelTasks.known(session) ?? (await tasksOf(session, signal, 'first'));
