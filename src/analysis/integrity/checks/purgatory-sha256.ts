import type { Step } from '../../../shared/check-model.ts';
import { defined } from '../../../shared/defined.ts';
import type { Finding } from '../../../shared/model.ts';
import { byteText, hex } from '../../../shared/units.ts';
import type { CrashkernelArea } from '../../arch/s390x/kdump-image.ts';
import type { FoundPurgatory } from '../../arch/s390x/purgatory.ts';
import type { AbsoluteMemory } from '../../layout/absolute-memory.ts';
import { lookOf } from '../byte-look.ts';
import { failed, notApplicable, notRecorded, passed, unreadable, type Check } from '../check.ts';
import type { KdumpOriginal } from '../evidence.ts';
import { compareKdump, type DifferentBytes } from '../kdump-original.ts';

/** Bytes of a difference that are shown; the rest is a click away. */
const shownBytes = 32;
const bytesText = (bytes: Uint8Array): string => `${Buffer.from(bytes.subarray(0, shownBytes)).toString('hex')}${bytes.length > shownBytes ? '...' : ''}`;

function differenceFinding({ at, length, found, original }: DifferentBytes, memory: AbsoluteMemory): Finding {
  return {
    id: 'purgatory-sha256/differs',
    severity: 'error',
    title: 'Bytes of the loaded kdump kernel are not those of the healthy image',
    detail: `${hex(at)} + ${length}: looks like ${lookOf(found, original, at, memory.end)}`,
    where: { space: 'absolute', start: hex(at), end: hex(at + length) },
    recorded: bytesText(original),
    computed: bytesText(found),
  };
}

interface Damaged {
  readonly memory: AbsoluteMemory;
  readonly area: CrashkernelArea;
  readonly purgatory: FoundPurgatory;
  readonly signal: AbortSignal;
}

/** What a healthy image tells of a damaged kdump kernel. */
async function differencesFrom(
  original: KdumpOriginal,
  { memory, area, purgatory, signal }: Damaged,
): Promise<{ readonly steps: Step[]; readonly findings: Finding[] }> {
  const { regions, proven, differences, more, why } = await compareKdump(memory, area, purgatory, original, signal);
  const check = `image ${original.name}`;
  if (why !== undefined) return { steps: [{ check, detail: `cannot be compared: ${why}` }], findings: [] };
  const covered = regions.map((region) => `${hex(region.start)} + ${hex(region.length)}`).join(', ');
  const trust =
    proven === true
      ? 'its SHA-256 over the regions is the recorded one'
      : proven === false
        ? 'its SHA-256 over the regions is not the recorded one either: it was loaded at another time, or is damaged itself'
        : 'it does not hold all regions, so that the recorded digest cannot prove it';
  const count = `${differences.length}${more ? ' and more' : ''} different ${differences.length === 1 ? 'range' : 'ranges'}`;
  return {
    steps: [{ check, ...defined({ passed: proven }), detail: `${count} in ${covered}; ${trust}` }],
    findings: differences.map((difference) => differenceFinding(difference, memory)),
  };
}

/** The digest that the panicking kernel checks before it starts kdump, computed again over the regions (purgatory.md). */
export const purgatorySha256: Check = {
  id: 'purgatory-sha256',
  title: 'SHA-256 of the loaded kdump kernel and initrd',
  failure: 'The loaded kdump kernel is damaged.',
  gravity: 58,
  remedy: 'give-kdump-image',
  cost: 'quick',
  uses: ['kdumpImage'],
  structure: 'loaded kdump kernel and initrd',
  vouches: true,
  inapplicable: (_image, started) => (started === undefined ? undefined : `kdump has started: ${started}`),
  async run({ kdumpGuard, memory, evidence, signal }) {
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
    const values = { ranges, steps, ...defined({ recorded: purgatory.recorded }), computed: purgatory.computed };
    if (purgatory.matches) return passed(`SHA-256 over ${purgatory.regions.length} regions, ${byteText(bytes)}, matches`, values);
    const { image } = guard;
    const originals = evidence.kdumpOriginals ?? [];
    const looked = await Promise.all(originals.map((original) => differencesFrom(original, { memory, area: image.area, purgatory, signal })));
    const differences = looked.flatMap(({ findings }) => findings);
    const cannotTell = originals.length > 0 ? '' : '; one digest covers all regions, so it cannot tell where. A healthy image would show the bytes';
    const whole: Finding = {
      id: 'purgatory-sha256',
      severity: 'error',
      title: 'The loaded kdump kernel is damaged',
      detail: `the kdump kernel or its initrd changed after it was loaded${cannotTell}`,
      ...(ranges[0] === undefined || differences.length > 0 ? {} : { where: ranges[0] }),
      ...defined({ recorded: purgatory.recorded }),
      computed: purgatory.computed,
    };
    return failed(
      `SHA-256 over ${purgatory.regions.length} regions, ${byteText(bytes)}, does not match: the kdump kernel or its initrd changed after loading`,
      {
        ...values,
        steps: [...steps, ...looked.flatMap((one) => one.steps)],
        // With a healthy image the bad bytes are known; without, all that the digest covers is suspect.
        ranges: differences.length === 0 ? ranges : differences.flatMap(({ where }) => where ?? []),
        findings: [whole, ...differences],
      },
    );
  },
};
