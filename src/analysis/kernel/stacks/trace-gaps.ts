/** What is missing in one stack, as analyses that list stacks say it. */
import type { Missing } from '../../../shared/result.ts';
import type { TraceJson } from '../../../shared/task-model.ts';

export function traceGaps({ task, cpu, frames, end, detail }: TraceJson): readonly Missing[] {
  const what = `stack of ${task === undefined ? `CPU ${cpu ?? ''}` : `${task.comm} (${task.pid ?? task.address})`}`;
  const hidden = frames.find((frame) => frame.hidden !== undefined);
  // A CPU that was offline has no stack; of one that was not, its task is known or is missing by itself.
  const isEarly = end === 'broken' || end === 'partial' || (end === 'no-registers' && task !== undefined);
  return [
    ...(hidden === undefined ? [] : [{ what, why: `${hidden.trampoline ?? ''}, a tracer's trampoline, hides a caller: ${hidden.hidden ?? ''}` }]),
    ...(isEarly ? [{ what, why: detail }] : []),
  ];
}
