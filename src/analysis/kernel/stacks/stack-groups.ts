/** Tasks by what their stacks have in common: of hundreds that sleep in the same place one stack says it all. */
import { createHash } from 'node:crypto';
import type { FrameJson, TraceJson } from '../../../shared/task-model.ts';
import type { KernelTask } from '../tasks/kernel-task.ts';

export interface StackGroup {
  /** Functions, innermost first: "schedule < wait_for [clerk]". */
  readonly stack: string;
  readonly depth: number;
  readonly end: TraceJson['end'];
  /** The task of the first of them. Its frames can be followed again: kept with every group they would take gigabytes. */
  readonly example: TraceJson['task'];
  readonly count: number;
  /** How many of them were on a CPU. */
  readonly running: number;
  /** How many are in each state, by its letter; those whose state is not known are in none. */
  readonly states: ReadonlyMap<string, number>;
  /** Of the first of them. */
  readonly pids: readonly number[];
}

/** Groups that are kept, and pids of each that are named. */
const mostGroups = 16_384;
export const namedPids = 64;
/** Characters of the stacks that are kept: 2 KiB for each group. Where damage makes every stack hundreds of frames deep, fewer groups are. */
const mostText = 32 << 20;

/** "mutex_lock [module]": a function without the place in it; the address where it has no name. */
function functionText({ symbol, address, kind }: FrameJson): string {
  const name = symbol === undefined ? address : symbol.replace(/\+0x[0-9a-f]+(?= \[|$)/, '');
  return kind === 'guess' ? `? ${name}` : kind === 'interrupted' ? `${name} (interrupted)` : name;
}

interface Growing extends StackGroup {
  count: number;
  running: number;
  readonly states: Map<string, number>;
  readonly pids: number[];
}

export class StackGroups {
  /** By a digest of what makes stacks equal: its text is as long as the stack. */
  private readonly byDigest = new Map<string, Growing>();
  private readonly isExact: boolean;
  private text = 0;
  /** Stacks that are like none of those kept, when there are too many or their text is too long. */
  beyond = 0;

  /** @param isExact only stacks with equal addresses are one group */
  constructor(isExact: boolean) {
    this.isExact = isExact;
  }

  add(trace: TraceJson, task: Pick<KernelTask, 'state' | 'pid'> | undefined): void {
    const functions = trace.frames.map(functionText);
    const same = `${trace.end}\n${(this.isExact ? trace.frames.map(({ kind, address }) => `${kind} ${address}`) : functions).join('\n')}`;
    const digest = createHash('sha256').update(same).digest('base64');
    let group = this.byDigest.get(digest);
    if (group === undefined) {
      const stack = functions.join(' < ');
      if (this.byDigest.size >= mostGroups || this.text + stack.length > mostText) {
        this.beyond += 1;
        return;
      }
      this.text += stack.length;
      const { end, task: example } = trace;
      group = { stack, depth: functions.length, end, example, count: 0, running: 0, states: new Map<string, number>(), pids: [] };
      this.byDigest.set(digest, group);
    }
    group.count += 1;
    if (trace.cpu !== undefined) group.running += 1;
    const letter = task?.state?.letter;
    if (letter !== undefined) group.states.set(letter, (group.states.get(letter) ?? 0) + 1);
    if (task?.pid !== undefined && group.pids.length < namedPids) group.pids.push(task.pid);
  }

  /** The largest first; of equal ones the one that was met first. */
  get all(): readonly StackGroup[] {
    return [...this.byDigest.values()].sort((left, right) => right.count - left.count);
  }
}
