import { hex } from '../../../shared/units.ts';
import { kdumpImageStart } from '../../arch/s390x/kdump-image.ts';
import { failed, notApplicable, notRecorded, passed, unreadable, type Check } from '../check.ts';

/** A kdump kernel that is loaded names its own area (purgatory.md section 5): then it is the one that belongs there. */
export const kdumpImage: Check = {
  id: 'kdump-image',
  title: 'Location of the loaded kdump kernel',
  failure: 'The loaded kdump kernel does not match its crashkernel memory.',
  gravity: 61,
  cost: 'quick',
  structure: 'loaded kdump kernel',
  inapplicable: (_image, started) => (started === undefined ? undefined : `kdump has started: ${started}`),
  async run({ kdumpGuard, signal }) {
    if (kdumpGuard === undefined) return notApplicable('the crashkernel memory is examined on s390x only');
    const guard = await kdumpGuard(signal);
    if (guard.stage === 'kdump-running') return notApplicable('the dumped system is itself a kdump kernel');
    if (guard.stage === 'no-area') return notRecorded(guard.why);
    const { image } = guard;
    switch (image.state) {
      case 'not-in-dump':
        return unreadable(`the crashkernel memory is not in the dump: ${image.why}`);
      case 'not-loaded':
        return notRecorded(image.why);
      case 'loaded': {
        const start = image.area.base + BigInt(kdumpImageStart);
        const ranges = [{ space: 'absolute' as const, start: hex(start), end: hex(start + 0x428n) }];
        if (!image.parametersAgree) return failed(image.detail, { ranges });
        // Found by the area that it names, it agrees with itself.
        if (guard.areaSource !== 'os_info')
          return { ...notRecorded(`the crashkernel memory is known only from ${guard.areaSource}: no other source says where it is`), ranges };
        return passed(image.detail, { ranges });
      }
    }
  },
};
