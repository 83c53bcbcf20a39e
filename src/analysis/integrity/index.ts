/** The registry of integrity checks, and their run. */
import { defined } from '../../shared/defined.ts';
import { Cancelled } from '../../shared/rpc.ts';
import { checkDepths, type CheckDepth, type CheckResult, type Health } from '../../shared/check-model.ts';
import { isDumpError } from '../../shared/dump-error.ts';
import { notApplicable, type Check, type CheckContext, type CheckOutcome } from './check.ts';
import { attestationCheck } from './checks/attestation.ts';
import { bitmapCount } from './checks/bitmap-count.ts';
import { containerComplete } from './checks/container-complete.ts';
import { crossCpuCount, crossKernelRelease, crossMemorySize, crossPrefix, crossTime } from './checks/cross-sources.ts';
import { crossRegisters } from './checks/cross-registers.ts';
import { dumpLogCheck } from './checks/dump-log.ts';
import { endMarker } from './checks/end-marker.ts';
import { hostFactsCheck } from './checks/host-facts.ts';
import { indexDigest } from './checks/index-digest.ts';
import { ipib } from './checks/ipib.ts';
import { kdumpImage } from './checks/kdump-image.ts';
import { logFileCheck } from './checks/log-file.ts';
import { manifestCheck } from './checks/manifest.ts';
import { meminfo2011 } from './checks/meminfo-2011.ts';
import { ngdumpDigest } from './checks/ngdump-digest.ts';
import { osInfoEntryChecksums } from './checks/os-info-entries.ts';
import { osInfoPage } from './checks/os-info-page.ts';
import { packedFile } from './checks/packed-file.ts';
import { pageDecode } from './checks/page-decode.ts';
import { purgatorySha256 } from './checks/purgatory-sha256.ts';
import { segments } from './checks/segments.ts';
import { vmcoreinfoCheck } from './checks/vmcoreinfo.ts';
import { volumeSet } from './checks/volume-set.ts';

export const checks: readonly Check[] = [
  packedFile,
  containerComplete,
  segments,
  endMarker,
  volumeSet,
  ngdumpDigest,
  pageDecode,
  bitmapCount,
  osInfoPage,
  osInfoEntryChecksums,
  ipib,
  kdumpImage,
  purgatorySha256,
  vmcoreinfoCheck,
  crossCpuCount,
  crossMemorySize,
  crossPrefix,
  crossKernelRelease,
  crossTime,
  crossRegisters,
  logFileCheck,
  dumpLogCheck,
  hostFactsCheck,
  meminfo2011,
  manifestCheck,
  indexDigest,
  attestationCheck,
];

function toResult(check: Check, outcome: CheckOutcome): CheckResult {
  const { verdict, detail, recorded, computed, ranges, steps, findings } = outcome;
  const own = outcome.remedy ?? (verdict === 'failed' ? check.remedy : undefined);
  const remedy = own === 'none' ? undefined : own;
  return {
    id: check.id,
    title: check.title,
    verdict,
    detail,
    ...(verdict === 'failed' ? { failure: outcome.failure ?? check.failure, gravity: check.gravity } : {}),
    ...defined({ remedy, recorded, computed }),
    ...(ranges === undefined || ranges.length === 0 ? {} : { ranges: [...ranges] }),
    ...(steps === undefined ? {} : { steps: [...steps] }),
    ...(findings === undefined || findings.length === 0 ? {} : { findings: [...findings] }),
  };
}

/** Runs the checks up to a depth; dearer ones are listed as not-run. A check that cannot read says unreadable. */
export async function runChecks(
  context: CheckContext,
  depth: CheckDepth,
  onProgress?: (done: number, check: Check, of: number) => void,
  only?: readonly string[],
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  const listed = checks.filter((check) => only?.includes(check.id) !== false && check.concerns?.(context) !== false);
  for (const check of listed) {
    if (context.signal.aborted) throw new Cancelled();
    onProgress?.(results.length, check, listed.length);
    const why = check.inapplicable?.(context.image, context.kdumpStarted);
    if (why !== undefined) {
      results.push(toResult(check, notApplicable(why)));
      continue;
    }
    if (checkDepths.indexOf(check.cost) > checkDepths.indexOf(depth)) {
      const isScan = check.cost === 'scan';
      const detail = isScan ? 'it reads much of the dump, so the quick checks leave it out' : 'it reads more than the first look at a dump does';
      results.push(toResult(check, { verdict: 'not-run', detail, remedy: isScan ? 'full-checks' : 'quick-checks' }));
      continue;
    }
    try {
      results.push(toResult(check, await check.run(context)));
    } catch (error) {
      if (!isDumpError(error)) throw error;
      results.push(toResult(check, { verdict: 'unreadable', detail: error.message }));
    }
  }
  return results;
}

export function summarize(results: readonly CheckResult[]): Health {
  const of = (verdict: CheckResult['verdict']): number => results.filter((result) => result.verdict === verdict).length;
  return {
    passed: of('passed'),
    failed: of('failed'),
    notRecorded: of('not-recorded'),
    notApplicable: of('not-applicable'),
    unreadable: of('unreadable'),
    notRun: of('not-run'),
  };
}
