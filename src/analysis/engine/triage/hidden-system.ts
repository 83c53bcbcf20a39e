/** A second system that the record of the crashkernel area does not lead to, although a kdump kernel left its marks. */
import type { Finding } from '../../../shared/model.ts';
import { hex } from '../../../shared/units.ts';
import { architectures } from '../../arch/index.ts';
import { hasKernelHead } from '../../arch/s390x/kdump-image.ts';
import { parameterAreaCommandLine } from '../../kernel/facts/kernel-facts.ts';
import { oldmemRecord } from '../../memory/view.ts';
import { isKdumpKernel } from '../session/crashkernel.ts';
import type { Session } from '../session/session.ts';

/** Parameters that only kdump kernels are started with (Documentation/admin-guide/kernel-parameters.txt and kdump/kdump.rst). */
const ofKdump = /(?:^|\s)(reset_devices|elfcorehdr=\S*)(?=\s|$)/;

/** What says that the kernel at absolute 0 is a kdump kernel, whatever the record of the area holds. */
function marks(session: Session): readonly string[] {
  const line = parameterAreaCommandLine(session.memory);
  const [, parameter] = ofKdump.exec(line?.value ?? '') ?? [];
  return [
    ...(line === undefined || parameter === undefined ? [] : [`its command line has ${parameter} (${line.source})`]),
    ...(isKdumpKernel(session) ? ['elfcorehdr_addr names the notes of a kernel that crashed before'] : []),
  ];
}

/**
 * Where two systems are in a dump and oldmem_base and oldmem_size do not say so, the one that crashed is not shown: nothing here may look
 * like a dump of one healthy system. Values that can be no area are named.
 */
export function hiddenSystemFindings(session: Session): readonly Finding[] {
  const { twoSystems, image, memory } = session;
  if (twoSystems !== undefined || !architectures[image.machine.arch].features.has('os-info')) return [];
  const record = oldmemRecord(image.memory);
  if (record === undefined) return [];
  const { base, size, impossible } = record;
  const found = marks(session);
  // Without the head of a kernel image, what lies there is no record.
  if (found.length === 0 && (impossible === undefined || !hasKernelHead(memory))) return [];
  const held = impossible === undefined ? 'is zero' : `holds base ${hex(base)} and size ${hex(size)}, which cannot be crashkernel memory: ${impossible}`;
  const why = found.length === 0 ? '' : `; but a kdump kernel ran when the dump was taken: ${found.join('; ')}`;
  return [
    {
      id: 'container-complete/two-systems',
      severity: 'warning',
      title:
        found.length === 0
          ? 'The record of the crashkernel memory in a kdump kernel is wrong'
          : 'A kdump kernel ran, and the system that crashed before is not shown',
      detail: `the record at absolute 0x10418 ${held}${why}. If a system crashed before, it is not shown: only the kdump kernel is`,
      where: { space: 'absolute', start: '0x10418', end: '0x10428' },
    },
  ];
}
