import { hex } from '../../../shared/units.ts';
import { failed, notApplicable, notRecorded, passed, unreadable, type Check } from '../check.ts';

/** The digest that the panicking kernel checks before it starts kdump, computed again over the regions (purgatory.md). */
export const purgatorySha256: Check = {
  id: 'purgatory-sha256',
  title: 'The loaded kdump kernel and initrd match the SHA-256 recorded when they were loaded',
  cost: 'quick',
  async run({ kdumpGuard, signal }) {
    if (kdumpGuard === undefined) return notApplicable('the crashkernel memory is examined on s390x only');
    const guard = await kdumpGuard(signal);
    if (guard.stage === 'kdump-running') return notApplicable('the dumped system is itself a kdump kernel: it has moved memory about, no digest can match');
    if (guard.stage === 'no-area') return notRecorded(guard.why);
    if (guard.image.state === 'not-in-dump') return unreadable(`the crashkernel memory is not in the dump: ${guard.image.why}`);
    if (guard.image.state === 'not-loaded') return notRecorded(guard.image.why);
    const search = guard.purgatory;
    if (search?.state !== 'found') return search?.state === 'unreadable' ? unreadable(search.why) : notRecorded(search?.why ?? 'no purgatory was looked for');
    const { purgatory } = search;
    const ranges = purgatory.regions.map((region) => ({ space: 'absolute' as const, start: hex(region.start), end: hex(region.start + region.length) }));
    const bytes = purgatory.regions.reduce((sum, region) => sum + region.length, 0n);
    const steps = [
      { check: 'purgatory', passed: true, detail: `${purgatory.producer}, region table at absolute ${hex(purgatory.tableAt)}` },
      {
        check: 'recorded digest',
        passed: purgatory.recorded !== undefined,
        detail: purgatory.digestAt === undefined ? 'its place could not be told' : `at absolute ${hex(purgatory.digestAt)}`,
      },
    ];
    const values = { ranges, steps, ...(purgatory.recorded === undefined ? {} : { recorded: purgatory.recorded }), computed: purgatory.computed };
    if (purgatory.matches) return passed(`SHA-256 over ${purgatory.regions.length} regions, ${bytes} bytes, matches`, values);
    return failed(`SHA-256 over ${purgatory.regions.length} regions, ${bytes} bytes, does not match: the kdump kernel or its initrd changed after loading`, {
      ...values,
      findings: [
        {
          id: 'purgatory-sha256',
          severity: 'error',
          title: 'The loaded kdump kernel is damaged',
          detail:
            'the kdump kernel or its initrd changed after it was loaded; one digest covers all regions, so it cannot tell where. Compare with a healthy image to see the bytes',
          ...(ranges[0] === undefined ? {} : { where: ranges[0] }),
          ...(purgatory.recorded === undefined ? {} : { recorded: purgatory.recorded }),
          computed: purgatory.computed,
        },
      ],
    });
  },
};
