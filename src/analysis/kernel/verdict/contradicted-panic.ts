/** A panic line of a system that, by all that could be seen of it, had not panicked. */
import { andList } from '../../../shared/and-list.ts';
import type { VerdictEvidence } from './evidence.ts';

/** That no stack shows a panic. @param unseen CPUs whose stacks could not be followed */
export const noPanicOnStacks = (unseen: readonly string[]): string =>
  unseen.length === 0 ? 'no stack shows a panic' : `no stack that could be followed shows a panic (that of ${andList(unseen)} could not)`;

/** What could be seen of a system of whose end nothing shows but a panic line in its log. */
export interface WithoutEnd {
  /** Whether panic_cpu says that no CPU panicked or started kdump. */
  readonly isPanicCpuUnset: boolean;
  readonly systemState: string | undefined;
  readonly areStacksRead: boolean;
  /** CPUs whose stacks could not be followed. */
  readonly unseenStacks: readonly string[];
}

/**
 * What contradicts a panic line: panic() sets panic_cpu before it writes the line, and never returns (kernel/panic.c): the CPU stays in it.
 * @returns undefined where not enough was seen
 */
export function againstPanicLine({ isPanicCpuUnset, systemState, areStacksRead, unseenStacks }: WithoutEnd): string | undefined {
  if (!isPanicCpuUnset || systemState !== 'running' || !areStacksRead) return undefined;
  return `panic_cpu is unset, system_state is running, and ${noPanicOnStacks(unseenStacks)}`;
}

/** @returns the evidence without the panic line, where panic_cpu, system_state and all stacks contradict it */
export function weighPanic(evidence: VerdictEvidence): VerdictEvidence {
  const { panic, ...others } = evidence;
  const { panicCpu, systemState, entry, end, crashTime, disabledWait, noStacks, traces, unseenStacks } = evidence;
  if (panic === undefined || (entry ?? end ?? crashTime ?? disabledWait) !== undefined) return evidence;
  const areStacksRead = noStacks === undefined && traces.length > 0;
  const why = againstPanicLine({ isPanicCpuUnset: panicCpu === 'unset', systemState, areStacksRead, unseenStacks });
  if (why === undefined) return evidence;
  return { ...others, events: evidence.events.filter(({ mark }) => mark !== 'panic'), contradictedPanic: { line: panic, why } };
}
