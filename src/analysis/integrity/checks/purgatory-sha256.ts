import type { Step } from '../../../shared/check-model.ts';
import { defined } from '../../../shared/defined.ts';
import { markedDigest, matchDigests, type DigestMatch } from '../../../shared/digest-match.ts';
import type { Finding } from '../../../shared/model.ts';
import { byteText, hex } from '../../../shared/units.ts';
import type { CrashkernelArea } from '../../arch/s390x/kdump-image.ts';
import { failsByLoss, type FoundPurgatory, type PurgatorySearch, type ShaRegion } from '../../arch/s390x/purgatory.ts';
import type { AbsoluteMemory } from '../../layout/absolute-memory.ts';
import { lookOf, patternOf } from '../byte-look.ts';
import { failed, notApplicable, notRecorded, passed, unreadable, type Check, type CheckOutcome } from '../check.ts';
import type { KdumpOriginal } from '../evidence.ts';
import { compareKdump, type DifferentBytes, type KdumpComparison } from '../kdump-original.ts';

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

interface Looked {
  readonly step: Step;
  readonly findings: readonly Finding[];
  /** Regions in which the image and the dump have the same bytes. */
  readonly equal: readonly ShaRegion[];
  /** The image has the recorded digest and other bytes than the dump: the dump's changed. */
  readonly provesChange: boolean;
  /** All that the digest covers is the same in both. */
  readonly allEqual: boolean;
}

const regionText = ({ start, length }: ShaRegion): string => `${hex(start)} + ${hex(length)}`;

/** What the image is to the recorded digest: a healthy image is not accused of what happened to the digest. */
function imageWords({ proven, whole, differences }: KdumpComparison, { overwritten }: FoundPurgatory): string {
  if (overwritten !== undefined)
    return differences.length === 0
      ? 'what is left of the recorded digest proves the same bytes'
      : 'what is left of the recorded digest proves those of this dump: the image is of another load';
  if (proven === true) return 'its SHA-256 over the regions is the recorded one';
  if (differences.length === 0)
    return whole ? 'so the recorded digest is of neither of the two' : 'it does not hold all regions, so that the recorded digest cannot prove it';
  if (proven === undefined) return 'it does not hold all regions, so that the recorded digest cannot prove it';
  return 'its SHA-256 over the regions is not the recorded one either: it is of another load, or bytes of it were changed too';
}

/** What a healthy image tells of a damaged kdump kernel. */
async function lookAt(original: KdumpOriginal, damaged: Damaged): Promise<Looked> {
  const { memory, area, purgatory, signal } = damaged;
  const compared = await compareKdump(memory, area, purgatory, original, signal);
  const { regions, whole, proven, differences, more, why } = compared;
  const check = `image ${original.name}`;
  if (why !== undefined) return { step: { check, detail: `cannot be compared: ${why}` }, findings: [], equal: [], provesChange: false, allEqual: false };
  const count =
    differences.length === 0 ? 'no difference' : `${differences.length}${more ? ' and more' : ''} different ${differences.length === 1 ? 'range' : 'ranges'}`;
  const { overwritten } = purgatory;
  const verdict = overwritten === undefined && !(whole && differences.length === 0) ? proven : undefined;
  return {
    step: { check, ...defined({ passed: verdict }), detail: `${count} in ${regions.map(regionText).join(', ')}; ${imageWords(compared, purgatory)}` },
    // Where the digest proves the memory, the image is the other one.
    findings: overwritten === undefined ? differences.map((difference) => differenceFinding(difference, memory)) : [],
    equal: differences.length === 0 ? regions : [],
    provesChange: overwritten === undefined && proven === true && differences.length > 0,
    allEqual: whole && differences.length === 0,
  };
}

type Outcome = Pick<CheckOutcome, 'detail' | 'failure' | 'remedy' | 'findings' | 'ranges'>;

const digestFailure = 'The recorded digest of the kdump kernel was overwritten.';
const rangeOf = (start: bigint, length: bigint) => ({ space: 'absolute' as const, start: hex(start), end: hex(start + length) });

/** The digest that was recorded is what changed: its bytes alone are damaged. */
function digestOutcome(purgatory: FoundPurgatory, why: string, differing: DigestMatch['differing'] = [{ from: 0, to: 32 }]): Outcome {
  const { digestAt, recorded, computed } = purgatory;
  const places = digestAt === undefined ? [] : differing.map(({ from, to }) => ({ from, to, where: rangeOf(digestAt + BigInt(from), BigInt(to - from)) }));
  return {
    detail: `${why}. The purgatory compares all of it, and does not start kdump`,
    failure: digestFailure,
    remedy: 'none',
    ranges: places.map(({ where }) => where),
    findings: places.map(({ from, to, where }) => ({
      id: 'purgatory-sha256/digest',
      severity: 'error',
      title: 'The recorded digest of the kdump kernel was overwritten',
      detail: `${to - from} of its 32 bytes, starting at byte ${from}`,
      where,
      ...defined({ recorded: recorded?.slice(from * 2, to * 2) }),
      computed: computed.slice(from * 2, to * 2),
    })),
  };
}

/** A digest has so many equal bytes in a row once in 10^15 times. */
const foreignRun = 8;

/** A pattern over half of a digest. */
function patternIn(bytes: Uint8Array): string | undefined {
  const half = bytes.length / 2;
  for (let at = 0; at + half <= bytes.length; at += 1) {
    const look = patternOf(bytes.subarray(at, at + half));
    if (look !== 'other data') return look;
  }
  return undefined;
}

/** So many right bytes of 32 are there by chance once in 100 000 digests: evidence, where 8 are proof. */
const handful = 4;

/** What a few right bytes of the digest say of it. */
function fewRight({ recorded, computed }: FoundPurgatory): string | undefined {
  const equal = recorded === undefined ? undefined : matchDigests(recorded, computed)?.equal;
  if (equal === undefined || equal < handful) return undefined;
  return `${equal} of its 32 bytes are right, which suggests that the digest was overwritten and that memory did not change`;
}

/** What does not look like a SHA-256, which has no pattern: then something else was written there, or over a part of it. */
function foreignDigest({ recorded }: FoundPurgatory): string | undefined {
  if (recorded === undefined) return undefined;
  const look = patternOf(Buffer.from(recorded, 'hex'));
  if (look !== 'other data') return look;
  const pairs = recorded.match(/../g) ?? [];
  const repeated = pairs.findIndex((pair, at) => at + foreignRun <= pairs.length && pairs.slice(at, at + foreignRun).every((other) => other === pair));
  if (repeated !== -1) return `${foreignRun} or more bytes of 0x${pairs[repeated] ?? ''} in a row`;
  const pattern = patternIn(Buffer.from(recorded, 'hex'));
  return pattern === undefined ? undefined : `16 or more bytes of ${pattern}`;
}

/** What of the memory is in doubt, where the digest does not say what changed. */
function memoryOutcome(purgatory: FoundPurgatory, looked: readonly Looked[]): Outcome {
  const { regions, digestAt, tableAt, recorded, computed, neighbour } = purgatory;
  const differences = looked.flatMap(({ findings }) => findings);
  const equal = looked.flatMap((one) => one.equal);
  const suspect = regions.filter((region) => !equal.some(({ start }) => start === region.start)).map(({ start, length }) => rangeOf(start, length));
  const digest = digestAt === undefined ? [] : [rangeOf(digestAt, 32n)];
  const table = rangeOf(tableAt, BigInt(regions.length) * 16n);
  const isSure = looked.some(({ provesChange }) => provesChange);
  const hints = [neighbour, fewRight(purgatory)].filter((hint) => hint !== undefined);
  const changed = isSure
    ? 'the kdump kernel or its initrd changed after loading'
    : `the kdump kernel or its initrd, the recorded digest, or the region table changed after loading; which of them cannot be determined${hints.length === 0 ? '' : ` (${hints.join('; ')})`}`;
  const cannotTell = looked.length > 0 ? '' : '; one digest covers all regions. Comparing with a healthy image locates the changed bytes';
  const ranges =
    differences.length > 0
      ? differences.flatMap(({ where }) => where ?? [])
      : hints.length === 0 && looked.length === 0
        ? suspect
        : [...suspect, ...digest, table];
  const whole: Finding = {
    id: 'purgatory-sha256',
    severity: 'error',
    title: isSure ? 'The loaded kdump kernel is damaged' : 'The loaded kdump kernel does not match its digest',
    detail: `${changed}${cannotTell}`,
    ...(ranges[0] === undefined || differences.length > 0 ? {} : { where: ranges[0] }),
    ...defined({ recorded }),
    computed,
  };
  const bytes = regions.reduce((sum, region) => sum + region.length, 0n);
  return {
    detail: `SHA-256 over ${regions.length} regions, ${byteText(bytes)}, does not match: ${changed}`,
    ...(isSure ? {} : { failure: 'The loaded kdump kernel does not match its recorded digest.' }),
    ranges,
    findings: [whole, ...differences],
  };
}

/** What the mismatch means: a part of the digest that is right, a healthy image with the same bytes, or bytes that are not a digest clear the memory. */
function mismatch(purgatory: FoundPurgatory, looked: readonly Looked[]): Outcome {
  const { overwritten, recorded } = purgatory;
  if (overwritten !== undefined && recorded !== undefined) {
    const { bytes, equal, differing } = overwritten;
    const why = `${bytes - equal} of the ${bytes} bytes of the recorded digest were overwritten (${markedDigest(recorded, overwritten)}); the others prove that the kdump kernel and its initrd are unchanged`;
    return digestOutcome(purgatory, why, differing);
  }
  if (looked.some(({ allEqual }) => allEqual))
    return digestOutcome(purgatory, 'the kdump kernel and its initrd are byte for byte those of the healthy image: the recorded digest is what changed');
  const look = foreignDigest(purgatory);
  if (look !== undefined && looked.every(({ findings }) => findings.length === 0))
    return digestOutcome(
      purgatory,
      `no digest is recorded: in its place are ${look}. Whether the kdump kernel or its initrd changed as well cannot be determined from it`,
    );
  return memoryOutcome(purgatory, looked);
}

/** A kdump kernel is loaded, and what says which of its bytes the digest covers is not there. */
function withoutTable(search: Extract<PurgatorySearch, { state: 'not-found' }> | undefined): CheckOutcome {
  const why = search?.why ?? 'no purgatory was looked for';
  const { lost } = search ?? {};
  const told = 'a dump of the same system with an intact table would show which bytes the digest covers';
  if (lost === undefined) {
    const detail = `${why}, although a kdump kernel is loaded there: the purgatory was overwritten, or one that is not known loaded it; ${told}`;
    return {
      ...notRecorded(why),
      findings: [{ id: 'purgatory-sha256/no-table', severity: 'warning', title: 'The purgatory of the loaded kdump kernel was not found', detail }],
    };
  }
  const { tableAt, digestAt, recorded } = lost;
  const where = rangeOf(tableAt, 256n);
  const effect = failsByLoss(lost)
    ? 'the purgatory computes the digest of nothing, which is not the recorded one, and does not start kdump'
    : 'what the purgatory computes from it is not known';
  const detail = `${why}: ${effect}; whether the kdump kernel and its initrd are whole cannot be determined, ${told}`;
  return failed(detail, {
    failure: 'The region table of the loaded kdump kernel was overwritten.',
    remedy: 'none',
    ranges: [where],
    steps: [{ check: 'recorded digest', detail: `at absolute ${hex(digestAt)}` }],
    ...defined({ recorded }),
    findings: [{ id: 'purgatory-sha256/table', severity: 'error', title: 'The region table of the loaded kdump kernel was overwritten', detail, where }],
  });
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
    if (guard.stage === 'kdump-running') return notApplicable('the dumped system is itself a kdump kernel: it has moved memory, so no digest can match');
    if (guard.stage === 'no-area') return notRecorded(guard.why);
    if (guard.image.state === 'not-in-dump') return unreadable(`the crashkernel memory is not in the dump: ${guard.image.why}`);
    if (guard.image.state === 'not-loaded') return notRecorded(guard.image.why);
    const search = guard.purgatory;
    if (search?.state === 'unreadable') return unreadable(search.why);
    if (search?.state !== 'found') return withoutTable(search);
    const { purgatory } = search;
    const ranges = purgatory.regions.map((region) => ({ space: 'absolute' as const, start: hex(region.start), end: hex(region.start + region.length) }));
    const bytes = purgatory.regions.reduce((sum, region) => sum + region.length, 0n);
    const steps = [
      { check: 'purgatory', passed: true, detail: `${purgatory.producer}, region table at absolute ${hex(purgatory.tableAt)}` },
      {
        check: 'recorded digest',
        passed: purgatory.recorded !== undefined,
        detail: purgatory.digestAt === undefined ? 'its place could not be determined' : `at absolute ${hex(purgatory.digestAt)}`,
      },
    ];
    const values = { ranges, steps, ...defined({ recorded: purgatory.recorded }), computed: purgatory.computed };
    if (purgatory.matches) return passed(`SHA-256 over ${purgatory.regions.length} regions, ${byteText(bytes)}, matches`, values);
    const { image } = guard;
    const damaged = { memory, area: image.area, purgatory, signal };
    const looked = await Promise.all((evidence.kdumpOriginals ?? []).map((original) => lookAt(original, damaged)));
    const { detail, ...outcome } = mismatch(purgatory, looked);
    return failed(detail, { ...values, steps: [...steps, ...looked.map(({ step }) => step)], ...outcome });
  },
};
