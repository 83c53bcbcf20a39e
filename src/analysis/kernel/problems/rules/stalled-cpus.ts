/** CPUs that a grace period of RCU has waited for. */
import { isFailure } from '../../../../shared/result.ts';
import type { ProblemRule } from '../problem-rule.ts';
import { longSeconds } from '../../verdict/hangs/long-waits.ts';
import { functionName } from '../../stacks/crash-path.ts';

export const stalledCpus: ProblemRule = {
  id: 'stalled-cpus',
  title: 'Stalled CPUs',
  threshold: `an RCU grace period has waited for the CPU for ${longSeconds} seconds, half of what the kernel reports as a stall`,
  source: 'memory',
  see: 'cpus-running',
  *look({ hangs }) {
    if (isFailure(hangs)) {
      yield hangs;
      return;
    }
    for (const { cpu, name, task, graceSeconds, frames } of hangs.value.busy) {
      if (graceSeconds === undefined || graceSeconds < longSeconds) continue;
      const place = functionName(frames[0]?.symbol);
      yield {
        subject: `CPU ${cpu}`,
        severity: 'error',
        text: `RCU has waited for CPU ${cpu} for ${Math.floor(graceSeconds)} seconds; it runs ${name}${place === '' ? '' : ` in ${place}`}.`,
        value: `${Math.floor(graceSeconds)} s`,
        evidence: 'grpmask of rcu_data in qsmask of its rcu_node, and rcu_state.gp_start against jiffies',
        address: task,
      };
    }
  },
};
