/** A CPU that does not leave a place in kernel code. */
import { names, logProof, called, interruptedSite, siteOf } from '../end-of-system.ts';
import type { VerdictEvidence } from '../evidence.ts';
import type { LogEvent } from '../log-events.ts';
import { loopRoot, stableFunction } from '../meaningful-frames.ts';
import { busyProof } from '../hangs/long-waits.ts';
import { isStuck, reportedCpu, stallReport } from '../hangs/stuck-cpus.ts';
import type { Recogniser, Trouble } from '../recogniser.ts';

const panicLine = /softlockup: hung tasks|Hard LOCKUP|RCU Stall|hard lockup/i;
const watchdogs =
  /^(?:watchdog_timer_fn|watchdog_overflow_callback|watchdog_hardlockup_check|panic_on_rcu_stall|check_cpu_stall|print_cpu_stall|rcu_check_gp_kthread_starvation)$/;

const spins = 'CPU spins for a lock';
/** kernel/locking/qspinlock.c, arch/s390/lib/spinlock.c. */
const spinsIn = (frames: Trouble['frames']): boolean => /spin_lock_slowpath$|^arch_spin_lock_(?:wait|queued|classic)/.test(names(frames)[0] ?? '');

export const cpuLoop: Recogniser = {
  id: 'cpu-loop',
  classes: ['cpu-loop'],
  about:
    'A CPU at work in kernel code, for which an RCU grace period has waited long (rcu_state and rcu_data in memory), or which the last report of a stall or lockup names while its task had the CPU since before. The function is the innermost one that the stack in the dump and the one in the report have in common.',
  recognise(evidence): readonly Trouble[] {
    const { hangs, panic } = evidence;
    const report = stallReport(evidence);
    const stuck = hangs.busy.filter((busy) => isStuck(busy, report));
    // Of a lock's holder and those that spin for it, the holder.
    const root = stuck.find(({ spins }) => spins === undefined) ?? stuck[0];
    const common = { class: 'cpu-loop', what: 'CPU loops' } as const;
    if (root !== undefined) {
      const what = root.spins === undefined ? common.what : spins;
      const earlier = report !== undefined && reportedCpu(report) === root.cpu ? names(report.frames) : [];
      const place = stableFunction(root.frames, earlier);
      return [{ ...common, what, tie: 'lasting', frames: root.frames, place, key: loopRoot(root.frames), evidence: [busyProof(root), ...logProof(report)] }];
    }
    const isDetector = (panic !== undefined && panicLine.test(panic.text)) || called(evidence).some((name) => watchdogs.test(name));
    if (isDetector) {
      const frames = looping(evidence, report);
      return [
        {
          ...common,
          what: spinsIn(frames) ? spins : common.what,
          tie: 'detector',
          frames,
          key: loopRoot(frames),
          evidence: [...logProof(report), ...logProof(panic)],
        },
      ];
    }
    return report === undefined ? [] : [{ ...common, tie: 'finished', frames: report.frames, evidence: logProof(report) }];
  },
};

/** A watchdog of the CPU itself interrupted the loop; one of another CPU reports it in the log. */
function looping(evidence: VerdictEvidence, report: LogEvent | undefined): Trouble['frames'] {
  const site = siteOf(evidence, report);
  const own = interruptedSite(site);
  return own === site && report !== undefined && report.frames.length > 0 ? report.frames : own;
}
