/**
 * Two of the three decisions about kdump (docs/contract.md section 6), each in its own order: what the panicking kernel does (purgatory.md section 6;
 * arch/s390/kernel/machine_kexec.c), and what the two-stage design of 2011 would do. The third, standalone-kdump.ts, is
 * made by other code on the machine and derives from neither.
 */
import type { PanicKdump, Step, TwoStage } from '../../../shared/check-model.ts';
import { hex } from '../../../shared/units.ts';
import type { KdumpGuard } from './kdump-guard.ts';
import { OS_INFO_MAGIC, type OsInfoSearch } from './os-info.ts';
import { digestOfNothing, failsByLoss, type FoundPurgatory } from './purgatory.ts';

const regionsText = (purgatory: FoundPurgatory): string => purgatory.regions.map((region) => `${hex(region.start)} + ${hex(region.length)}`).join(', ');

function digestStep(purgatory: FoundPurgatory): Step {
  const recorded = purgatory.recorded === undefined ? 'the recorded digest is not among the bytes of the purgatory' : `recorded ${purgatory.recorded}`;
  return { check: 'purgatory SHA-256', passed: purgatory.matches, detail: `${recorded}, computed ${purgatory.computed} over ${regionsText(purgatory)}` };
}

/** A kdump that has started answers the question: what the panicking kernel would have checked has been found right by it. */
export const startedKdump = (evidence: string): PanicKdump => ({
  outcome: 'started',
  steps: [{ check: 'kdump kernel started', passed: true, detail: evidence }],
});

/**
 * The panicking kernel: is a crash image loaded, does purgatory(0) find its digest right.
 * @param started what shows that kdump has started; then nothing is left to ask
 */
export function replayPanicKdump(guard: KdumpGuard, started: string | undefined): PanicKdump {
  if (started !== undefined) return startedKdump(started);
  if (guard.stage === 'kdump-running') {
    const detail = `the dumped system is itself a kdump kernel that was started from ${hex(guard.area.base)} + ${hex(guard.area.size)}`;
    return { outcome: 'unknown', steps: [{ check: 'kdump kernel not yet started', passed: false, detail }] };
  }
  if (guard.stage === 'no-area')
    return { outcome: 'not-loaded', failedCheck: 'crashkernel memory', steps: [{ check: 'crashkernel memory', passed: false, detail: guard.why }] };
  const { image, purgatory, areaSource } = guard;
  const steps: Step[] = [{ check: 'crashkernel memory', passed: true, detail: `${hex(image.area.base)} + ${hex(image.area.size)}, from ${areaSource}` }];
  if (image.state === 'not-in-dump')
    return {
      outcome: 'not-in-dump',
      failedCheck: 'crashkernel memory in the dump',
      steps: [...steps, { check: 'crashkernel memory in the dump', passed: false, detail: image.why }],
    };
  if (image.state === 'not-loaded')
    return { outcome: 'not-loaded', failedCheck: 'kdump kernel loaded', steps: [...steps, { check: 'kdump kernel loaded', passed: false, detail: image.why }] };
  steps.push({ check: 'kdump kernel loaded', passed: true, detail: image.detail });
  if (purgatory?.state === 'not-found' && failsByLoss(purgatory.lost)) {
    const detail = `${purgatory.why}: over no regions the digest is ${digestOfNothing}, and ${purgatory.lost?.recorded ?? ''} is recorded`;
    return { outcome: 'falls-to-panic-action', failedCheck: 'purgatory SHA-256', steps: [...steps, { check: 'purgatory SHA-256', passed: false, detail }] };
  }
  if (purgatory?.state !== 'found') {
    return {
      outcome: 'unknown',
      failedCheck: 'purgatory found',
      steps: [...steps, { check: 'purgatory found', passed: false, detail: purgatory?.why ?? 'not looked for' }],
    };
  }
  const found = purgatory.purgatory;
  steps.push({ check: 'purgatory found', passed: true, detail: `${found.producer}, region table at ${hex(found.tableAt)}` }, digestStep(found));
  if (found.matches) return { outcome: 'start-kdump', steps };
  return { outcome: 'falls-to-panic-action', failedCheck: 'purgatory SHA-256', steps };
}

/** The two-stage design: os_info and the loaded kdump kernel's checksum both right, then start it, else dump everything. */
export function replayTwoStage(osInfo: OsInfoSearch, guard: KdumpGuard): TwoStage {
  const steps: Step[] = [];
  const stop = (check: string, detail: string): TwoStage => ({ outcome: 'full-dump', failedCheck: check, steps: [...steps, { check, passed: false, detail }] });
  const unknown = (check: string, detail: string): TwoStage => ({ outcome: 'unknown', failedCheck: check, steps: [...steps, { check, detail }] });
  switch (osInfo.stage) {
    case 'no-lowcore':
      return unknown('os_info page', `absolute 0xe18 is ${osInfo.state} in this dump`);
    case 'no-pointer':
      return stop('os_info page', 'the pointer at absolute 0xe18 is zero');
    case 'bad-pointer':
      return stop('os_info page', osInfo.what);
    case 'no-page':
      return unknown('os_info page', `the page at ${hex(osInfo.pointer)} is ${osInfo.state} in this dump`);
    case 'page':
      if (osInfo.values.magic !== OS_INFO_MAGIC) return stop('os_info page', `its magic is ${hex(osInfo.values.magic)}`);
      if (osInfo.values.csum !== osInfo.computed) return stop('os_info checksum', `recorded ${hex(osInfo.values.csum)}, computed ${hex(osInfo.computed)}`);
      steps.push({ check: 'os_info checksum', passed: true, detail: `recorded ${hex(osInfo.values.csum)}, computed ${hex(osInfo.computed)}` });
  }
  if (guard.stage === 'kdump-running') return unknown('kdump kernel', 'the dumped system is itself a kdump kernel');
  if (guard.stage === 'no-area') return stop('crashkernel memory', guard.why);
  if (guard.image.state === 'not-in-dump') return unknown('kdump kernel', guard.image.why);
  if (guard.image.state === 'not-loaded') return stop('kdump kernel', guard.image.why);
  steps.push({ check: 'kdump kernel', passed: true, detail: guard.image.detail });
  if (guard.purgatory?.state === 'unreadable') return unknown('kdump kernel checksum', guard.purgatory.why);
  if (guard.purgatory?.state !== 'found') return stop('kdump kernel checksum', guard.purgatory?.why ?? 'not looked for');
  const step = digestStep(guard.purgatory.purgatory);
  if (!guard.purgatory.purgatory.matches) return stop('kdump kernel checksum', step.detail);
  return { outcome: 'start-kdump', steps: [...steps, { ...step, check: 'kdump kernel checksum' }] };
}
