/** A lock whose owner is known and does not give it back. */
import { hex } from '../../../../shared/units.ts';
import type { VerdictEvidence } from '../evidence.ts';
import { loopRoot, stableFunction } from '../meaningful-frames.ts';
import { knownOwner, type BlockedTask, type BusyCpu } from '../hangs/hangs.ts';
import { busyProof, longest, longWait, waitProof } from '../hangs/long-waits.ts';
import { isStuck, stallReport } from '../hangs/stuck-cpus.ts';
import type { Recogniser, Trouble } from '../recogniser.ts';
import { defined } from '../../../../shared/defined.ts';

/** A CPU that spins for a lock which another CPU holds. */
function spinning(evidence: VerdictEvidence): readonly Trouble[] {
  const { hangs } = evidence;
  const report = stallReport(evidence);
  for (const spinner of hangs.busy) {
    const { spins } = spinner;
    const holder = hangs.busy.find(({ cpu }) => cpu === spins?.owner);
    if (spins?.address === undefined || spins.word === undefined || holder === undefined || !(isStuck(spinner, report) || isStuck(holder, report))) continue;
    const text = `the spinlock at ${hex(spins.address)}${spins.name === undefined ? '' : ` (${spins.name})`} holds ${hex(BigInt(spins.word))}: CPU ${holder.cpu} has it`;
    return [
      {
        class: 'lock-held',
        tie: 'lasting',
        what: 'Spinlock held by a looping CPU',
        frames: holder.frames,
        place: stableFunction(holder.frames, []),
        key: loopRoot(holder.frames),
        evidence: [{ text, where: { space: 'virtual', start: hex(spins.address), end: hex(spins.address + 4n) } }, busyProof(holder), busyProof(spinner)],
      },
    ];
  }
  return [];
}

interface Chain {
  readonly waiter: BlockedTask;
  /** The last owner, who waits for no lock with an owner. */
  readonly root: { readonly blocked?: BlockedTask; readonly busy?: BusyCpu; readonly task: bigint; readonly name: string };
}

/** From a waiter to the owner that holds up all others; undefined where the chain leads in a circle or to a task that is not known. */
function chainOf(waiter: BlockedTask, { hangs }: VerdictEvidence): Chain | undefined {
  const seen = new Set<bigint>();
  for (let at = waiter; at.wait.for === 'lock';) {
    const owner = knownOwner(at.wait);
    if (owner === undefined || seen.has(owner.task)) return undefined;
    seen.add(owner.task);
    const blocked: BlockedTask | undefined = hangs.blocked.find(({ task }) => task === owner.task);
    if (blocked?.wait.for === 'lock' && knownOwner(blocked.wait) !== undefined) at = blocked;
    else {
      const busy = hangs.busy.find(({ task }) => task === owner.task);
      return { waiter, root: { task: owner.task, name: owner.name, ...defined({ blocked, busy }) } };
    }
  }
  return undefined;
}

function sleeping(evidence: VerdictEvidence): readonly Trouble[] {
  const { blocked } = evidence.hangs;
  const chains = blocked.filter(longWait).flatMap((task) => chainOf(task, evidence) ?? []);
  // The owner that most wait for; an owner that waits for I/O is held up itself.
  const counted = new Map<bigint, Chain[]>();
  for (const chain of chains) counted.set(chain.root.task, [...(counted.get(chain.root.task) ?? []), chain]);
  const groups = [...counted.values()].sort((left, right) => right.length - left.length);
  const group = groups.find(([chain]) => chain?.root.blocked?.wait.for !== 'io');
  const [first] = group ?? [];
  if (group === undefined || first === undefined) return [];
  const { root } = first;
  const waiter = longest(group.map((chain) => chain.waiter)) ?? first.waiter;
  const kind = waiter.wait.for === 'lock' ? waiter.wait.kind : 'lock';
  const owner = root.blocked === undefined ? { text: `the owner is ${root.name}, task_struct ${hex(root.task)}` } : waitProof(root.blocked);
  const does = root.busy !== undefined ? 'a task that runs' : root.blocked === undefined ? 'a task that does not wait for a lock' : `a task that waits`;
  const frames = root.busy?.frames ?? root.blocked?.frames ?? waiter.frames;
  return [
    {
      class: 'lock-held',
      tie: 'lasting',
      what: `${kind} held by ${does}`,
      frames,
      evidence: [
        waitProof(waiter),
        owner,
        { text: `${group.length} ${group.length === 1 ? 'task waits' : 'tasks wait'} for it, directly or for others that do` },
        ...(root.busy === undefined ? [] : [busyProof(root.busy)]),
      ],
    },
  ];
}

export const lockHeld: Recogniser = {
  id: 'lock-held',
  classes: ['lock-held'],
  about:
    'Others have waited long for a lock whose owner is known and waits for no lock itself: mutex and rwsem by the waiter on a stack and the owner word, a spinlock of s390x by its word, which is the number of a CPU plus 1. The function is that of the owner.',
  recognise: (evidence) => [...spinning(evidence), ...sleeping(evidence)],
};
