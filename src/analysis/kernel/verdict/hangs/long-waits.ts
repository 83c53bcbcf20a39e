/** What counts as long, and how a wait is put into words. */
import { hex } from '../../../../shared/units.ts';
import { functionName } from '../../stacks/crash-path.ts';
import type { Proof } from '../evidence.ts';
import type { BlockedTask, BusyCpu, LockOwner, Wait } from './hangs.ts';

/** Longer than any wait or loop of a system that gets on: half of the time after which RCU reports a stall. */
export const longSeconds = 10;

export const longWait = ({ seconds }: Pick<BlockedTask, 'seconds'>): boolean => seconds !== undefined && seconds >= longSeconds;

/** The task that has waited longest; of several with about the same time the first of the list. */
export const longest = (tasks: readonly BlockedTask[]): BlockedTask | undefined =>
  tasks.reduce<BlockedTask | undefined>((best, task) => (best === undefined || (task.seconds ?? 0) > (best.seconds ?? 0) + 1 ? task : best), undefined);

const whole = (seconds: number | undefined): string => (seconds === undefined ? '' : ` for ${Math.floor(seconds)} s`);

/** A word that leads to no task, or to one that takes no lock, is not proof of an owner. */
function ownerText({ name, task, isIdle }: LockOwner): string {
  if (name === undefined) return `whose owner is not known: its word holds ${hex(task)}, where no task of the list is`;
  if (isIdle === true) return `whose owner is not known: its word names ${name} (${hex(task)}), an idle task, which takes no such lock`;
  return `owned by ${name} (${hex(task)})`;
}

export function waitText(wait: Wait): string {
  switch (wait.for) {
    case 'lock': {
      const { kind, address, name, owner } = wait;
      const held = owner === undefined ? ', which names no owner' : `, ${ownerText(owner)}`;
      return `${kind} at ${hex(address)}${name === undefined ? '' : ` (${name})`}${held}`;
    }
    case 'unknown lock':
      return `a ${wait.kind}, whose address is not known: ${wait.why}`;
    case 'io':
      return 'I/O';
    case 'unknown':
      return 'what its stack does not show';
    case 'event':
      return 'something other than a lock or I/O';
  }
}

export function waitProof({ name, task, seconds, wait, frames, isInterruptible, isKillable }: BlockedTask): Proof {
  // The kernel's detector of hung tasks leaves killable ones out.
  const how = isInterruptible ? 'interruptibly' : isKillable ? 'uninterruptibly (killable)' : 'uninterruptibly';
  const functions = frames.slice(0, 8).map(({ symbol, address }) => functionName(symbol) || address);
  return {
    text: `${name}, task_struct ${hex(task)}, has slept ${how}${whole(seconds)}; it waits for ${waitText(wait)}; its stack: ${functions.join(' < ')}`,
    where:
      wait.for === 'lock'
        ? { space: 'virtual', start: hex(wait.address), end: hex(wait.address + 32n) }
        : { space: 'virtual', start: hex(task), end: hex(task + 1n) },
  };
}

/** Why a CPU is taken to loop. */
export function busyProof({ cpu, name, frames, seconds, graceSeconds }: BusyCpu): Proof {
  const functions = frames.slice(0, 5).map(({ symbol, address }) => functionName(symbol) || address);
  const parts = [
    seconds === undefined ? undefined : `has run for ${Math.floor(seconds)} s without leaving the CPU`,
    graceSeconds === undefined ? undefined : `an RCU grace period has waited for this CPU for ${Math.floor(graceSeconds)} s`,
  ].filter((part) => part !== undefined);
  return { text: `CPU ${cpu}: ${name} ${parts.length === 0 ? 'runs' : parts.join('; ')}; its stack: ${functions.join(' < ')}` };
}
