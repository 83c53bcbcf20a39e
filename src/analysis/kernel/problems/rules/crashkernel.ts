/** Memory for a kdump kernel (crashk_res, kernel/crash_core.c; kernel/kexec_core.c before 6.9). */
import { failed, isFailure } from '../../../../shared/result.ts';
import { byteText } from '../../../../shared/units.ts';
import type { ProblemRule } from '../problem-rule.ts';

/** Less than any distribution's kdump kernel starts in. */
const leastBytes = 64 * 1024 * 1024;
/** ELFCORE_ADDR_MAX: no kernel crashed before. */
const noHeader = (1n << 64n) - 1n;
/** Its name in /proc/iomem. */
const resourceName = 'Crash kernel';

export const crashkernel: ProblemRule = {
  id: 'crashkernel',
  title: 'Memory for kdump',
  threshold: 'no memory is reserved for a kdump kernel, or less than 64 MiB',
  source: 'memory',
  *look({ kernel: { objects } }) {
    const resource = objects.variable('crashk_res', 'resource');
    const [start, end, name] = [resource.at('start').u64(), resource.at('end').u64(), resource.at('name').string()];
    for (const one of [start, end, name])
      if (isFailure(one)) {
        yield one;
        return;
      }
    if (isFailure(start) || isFailure(end) || isFailure(name)) return;
    const { address } = resource;
    // A kdump kernel has none: is_kdump_kernel() (include/linux/crash_dump.h) asks this variable.
    const header = objects.variable('elfcorehdr_addr', 'u64').u64();
    if (!isFailure(header) && header.value !== noHeader) return;
    // Its name is set when the kernel is built: without it the structure is lost.
    if (name.value !== resourceName) {
      yield failed('crashk_res', `its name is not "${resourceName}"`);
      return;
    }
    const bytes = end.value === 0n ? 0 : Number(end.value - start.value) + 1;
    if (bytes >= leastBytes || bytes < 0) return;
    yield {
      severity: 'warning',
      text:
        bytes === 0
          ? 'No memory is reserved for a kdump kernel: after a panic there is no dump by kdump.'
          : `${byteText(bytes)} are reserved for a kdump kernel, in which few start.`,
      value: byteText(bytes),
      evidence: 'crashk_res.start and end',
      ...(isFailure(address) ? {} : { address: address.value }),
    };
  },
};
