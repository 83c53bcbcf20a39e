/** CPUs that are present and do not run (kernel/cpu.c). */
import { failed, isFailure } from '../../../../shared/result.ts';
import type { ProblemRule } from '../problem-rule.ts';

/** Of many some are named. */
const mostNamed = 32;

export const offlineCpus: ProblemRule = {
  id: 'offline-cpus',
  title: 'Offline CPUs',
  threshold:
    'any CPU that is present, ran at some time since the start, and is not online; without cpus_booted_once_mask any that is present; none where a panic without kdump may have taken it offline',
  source: 'memory',
  see: 'cpus-running',
  *look({ masks, kernel, stoppedOffline }) {
    if (isFailure(masks)) {
      yield masks;
      return;
    }
    const { present, online, booted } = masks.value;
    const running = new Set(online);
    const off = (booted === undefined ? present : present.filter((cpu) => booted.includes(cpu))).filter((cpu) => !running.has(cpu));
    if (off.length === 0) return;
    if (stoppedOffline !== undefined) {
      yield failed('offline CPUs', stoppedOffline);
      return;
    }
    const address = kernel.objects.addressOf('__cpu_online_mask');
    yield {
      severity: 'warning',
      text: `${off.length} of ${present.length} CPUs that are present ${off.length === 1 ? 'was' : 'were'} set offline: ${off.slice(0, mostNamed).join(', ')}${off.length > mostNamed ? ` and ${off.length - mostNamed} more` : ''}.`,
      value: `${off.length} of ${present.length}`,
      evidence: '__cpu_present_mask, __cpu_online_mask, cpus_booted_once_mask',
      ...(isFailure(address) ? {} : { address: address.value }),
    };
  },
};
