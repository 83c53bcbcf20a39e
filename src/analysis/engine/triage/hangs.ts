/** Gathers what `kernel/verdict/hangs` tells hangs from: a few thousand tasks, the oldest and the newest, the stacks of those that sleep, the CPUs at work. */
import type { Session } from '../session/session.ts';
import { paced } from '../../jobs/steps.ts';
import { findHangs } from '../../kernel/verdict/hangs/find-hangs.ts';
import { logEnd } from '../../kernel/log/log-record.ts';
import { noHangs, type Hangs } from '../../kernel/verdict/hangs/hangs.ts';
import { tracesOfTasks } from '../kernel/backtrace.ts';
import { hangSource } from '../kernel/hang-source.ts';
import { firstOfTasks } from '../kernel/kernel-tasks.ts';
import { endStacks, isReachable } from './what-died.ts';

/** @throws Cancelled */
export async function hangsOf(session: Session, signal: AbortSignal): Promise<Hangs> {
  if (!(await isReachable(session, signal)))
    return { ...noHangs, unseen: ['tasks are not looked for: the dump does not say where the kernel keeps its symbols, or has no types'] };
  const tasks = await firstOfTasks(session, signal);
  const { traces, isRead } = await endStacks(session, signal);
  const source = hangSource(tasks, isRead ? traces : [], tracesOfTasks(tasks));
  if (source === undefined) return { ...noHangs, unseen: [`tasks: ${tasks.missing[0]?.why ?? 'none were found'}`] };
  return paced(findHangs({ ...source, logEnd: logEnd(session.knownKernel.log) }), signal);
}
