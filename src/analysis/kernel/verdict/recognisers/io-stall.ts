/** Tasks that have waited long for I/O. */
import { longest, longWait, waitProof } from '../hangs/long-waits.ts';
import type { Recogniser, Trouble } from '../recogniser.ts';

/** Named in the evidence. */
const most = 6;

export const ioStall: Recogniser = {
  id: 'io-stall',
  classes: ['io-stall'],
  about: 'A task in uninterruptible sleep for long, whose stack waits for I/O (io_schedule and what calls it) or that says so itself (in_iowait).',
  recognise({ hangs, stuckRequests = [] }): readonly Trouble[] {
    const waiting = hangs.blocked.filter((task) => task.wait.for === 'io' && longWait(task));
    // A read that a signal ends is not a hang of its own, but shows that the I/O does not complete.
    const root = longest(waiting.filter(({ isKillable }) => !isKillable)) ?? longest(waiting);
    if (root === undefined) return [];
    const others = waiting.filter((task) => task !== root).slice(0, most - 1);
    return [
      { class: 'io-stall', tie: 'lasting', what: 'I/O stall', frames: root.frames, evidence: [waitProof(root), ...stuckRequests, ...others.map(waitProof)] },
    ];
  },
};
