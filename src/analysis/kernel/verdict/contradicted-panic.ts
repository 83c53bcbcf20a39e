/** A panic line of a system that, by all that could be seen of it, had not panicked. */
import type { VerdictEvidence } from './evidence.ts';

/**
 * panic() sets panic_cpu before it writes its line, and never returns (kernel/panic.c): the CPU stays in it.
 * @returns the evidence without the line, where panic_cpu, system_state and all stacks contradict it
 */
export function weighPanic(evidence: VerdictEvidence): VerdictEvidence {
  const { panic, ...others } = evidence;
  const { panicCpu, systemState, entry, end, crashTime, disabledWait, noStacks, traces, unseenStacks } = evidence;
  const ended = entry ?? end ?? crashTime ?? disabledWait ?? noStacks;
  if (panic === undefined || panicCpu !== 'unset' || systemState !== 'running' || ended !== undefined || traces.length === 0) return evidence;
  const stacks =
    unseenStacks.length === 0 ? 'no stack shows a panic' : `no stack that could be followed shows a panic (that of ${unseenStacks.join(', ')} could not)`;
  const why = `panic_cpu is unset, system_state is running, and ${stacks}`;
  return { ...others, events: evidence.events.filter(({ mark }) => mark !== 'panic'), contradictedPanic: { line: panic, why } };
}
