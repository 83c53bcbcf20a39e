/** Memory for a kdump kernel (crashk_res, kernel/crash_core.c; kernel/kexec_core.c before 6.9). */
import { failed, isFailure } from '../../../../shared/result.ts';
import { byteText } from '../../../../shared/units.ts';
import type { KernelObject } from '../../object/kernel-object.ts';
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
    const resource = objects.variable('crashk_res', objects.hasType('resource') ? 'resource' : 'void').named('crashk_res');
    const hasType = objects.hasType('resource');
    // start, end and name come first in every release (include/linux/ioport.h); its name shows that they do.
    const member = (path: string, at: bigint): KernelObject => (hasType ? resource.at(path) : resource.moved(at));
    const [start, end] = [member('start', 0n).u64(), member('end', 8n).u64()];
    const name = (hasType ? resource.at('name') : resource.moved(16n).pointer(undefined, 'void')).string();
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
          ? 'No memory is reserved for a kdump kernel: a panic would produce no kdump dump.'
          : `${byteText(bytes)} are reserved for a kdump kernel: few kdump kernels start in so little.`,
      value: byteText(bytes),
      evidence: 'crashk_res.start and end',
      ...(isFailure(address) ? {} : { address: address.value }),
    };
  },
};
