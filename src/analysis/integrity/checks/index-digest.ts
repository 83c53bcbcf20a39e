/**
 * Pages have the fingerprints that our own earlier index of the same dump recorded (docs/contract.md section 10). Where they disagree the
 * file changed under an unchanged header: bit rot. The old index stays until it is rebuilt on purpose. An index that is merely of the same
 * dump key may be another dump's: where it disagrees, it says nothing of this one.
 */
import type { Finding, PageState } from '../../../shared/model.ts';
import { hex, pageSize } from '../../../shared/units.ts';
import { IndexDamaged } from '../../page-index/index-error.ts';
import { createPageJob, fingerprintAlgorithm, fingerprintText, stepPages } from '../../page-index/page-job.ts';
import { createPace } from '../../jobs/pace.ts';
import { metaState } from '../../page-index/page-meta.ts';
import { storedStretches } from '../stored-stretches.ts';
import { createPageLookup } from '../../page-index/queries.ts';
import { failed, notRecorded, passed, unreadable, type Check, type CheckContext, type CheckOutcome } from '../check.ts';

/** More are counted, but not listed. */
const maxListed = 256;
type Index = Extract<CheckContext['evidence']['index'], { readonly kind: 'index' }>;

const isUnread = (state: PageState): boolean => state === 'unreadable';

/** Whether the disk explains that a page differs: it does not give the page now, or the index says that it was not given then. */
function mayBeUnread({ image }: CheckContext, pfn: number, now: PageState): boolean {
  if (!isUnread(now)) return true;
  return image.memory.read(BigInt(pfn) * BigInt(pageSize), new Uint8Array(pageSize)).some(({ fault }) => fault !== undefined);
}

const ofOthers = 'an unconfirmed index, made from other files with the same headers and the same dump key';

async function compare(context: CheckContext, { reader: index, by }: Index): Promise<CheckOutcome> {
  const { image, signal } = context;
  const lookup = createPageLookup(index);
  const job = createPageJob(stepPages);
  const states = new Uint8Array(stepPages);
  const meta = new Uint8Array(stepPages);
  const prints = new Int32Array(2 * stepPages);
  const runs: { start: number; end: number }[] = [];
  let compared = 0;
  let wrong = 0;
  let unread = 0;
  const pace = createPace(signal);
  for (const { first, count, stored } of storedStretches(image.memory.extents, stepPages)) {
    await pace.breathe(() => undefined);
    const bytes = job.bytes.subarray(0, count * pageSize);
    // Where no page can be read there is nothing but states.
    if (image.memory.unreachableStates?.(first, states.subarray(0, count)) !== true) image.memory.readPages(first, bytes.fill(0), states.subarray(0, count));
    job.run(bytes, states.subarray(0, count), prints.subarray(0, 2 * count), meta.subarray(0, count));
    for (const { start, end } of stored) {
      for (let pfn = start; pfn < end; pfn += 1) {
        const page = lookup.content(pfn);
        if (page === undefined) continue;
        const at = pfn - first;
        const state = metaState(meta[at] ?? 0);
        // What the disk did not give, then or now, is neither what it was nor something else.
        if (state !== page.state && (isUnread(page.state) || isUnread(state)) && mayBeUnread(context, pfn, state)) {
          unread += 1;
          continue;
        }
        compared += 1;
        const hasBytes = state === 'present' || state === 'zero';
        if (state === page.state && (!hasBytes || fingerprintText(prints[2 * at] ?? 0, prints[2 * at + 1] ?? 0) === page.fingerprint)) continue;
        wrong += 1;
        const last = runs.at(-1);
        if (last?.end === pfn) last.end += 1;
        else if (runs.length < maxListed) runs.push({ start: pfn, end: pfn + 1 });
      }
    }
  }
  if (compared === 0 && unread === 0) return notRecorded('the earlier index holds no pages yet');
  if (wrong === 0 && unread > 0)
    return unreadable(`${compared} pages have the fingerprints of the earlier index; ${unread} could not be read, now or when it was made`);
  if (wrong === 0) return passed(`${compared} pages have the fingerprints of ${by === 'key' ? `${ofOthers}, which they confirm` : 'the earlier index'}`);
  if (by === 'key')
    return notRecorded(`${wrong} of ${compared} pages differ from ${ofOthers}: it is of another dump, or one of the two was changed. Nothing from it is used`);
  const ranges = runs.map(({ start, end }) => ({ space: 'absolute' as const, start: hex(BigInt(start) * 4096n), end: hex(BigInt(end) * 4096n) }));
  const findings = ranges.map((where): Finding => ({
    id: 'index-digest/changed',
    severity: 'error',
    title: 'Memory in the file changed after it was indexed',
    detail: `absolute ${where.start} to ${where.end} changed since; header and notes are the same`,
    where,
  }));
  return failed(`${wrong} of ${compared} pages differ from the earlier index: the file changed after it was indexed. The old index stays until it is rebuilt`, {
    ranges,
    findings,
  });
}

export const indexDigest: Check = {
  id: 'index-digest',
  title: 'Memory compared with its index',
  failure: 'Pages changed since they were indexed.',
  gravity: 73,
  remedy: 'rebuild-index',
  cost: 'scan',
  async run(context) {
    const { index } = context.evidence;
    if (index === undefined) return notRecorded('there is no earlier index of this dump');
    if (index.kind === 'damaged') return unreadable(index.why, 'rebuild-index');
    try {
      const { fingerprintAlgorithm: recorded } = index.reader.header();
      if (recorded !== fingerprintAlgorithm) return notRecorded(`the earlier index has fingerprints of the algorithm ${recorded}, not ${fingerprintAlgorithm}`);
      index.reader.verifyRows();
      return await compare(context, index);
    } catch (error) {
      if (error instanceof IndexDamaged) return unreadable(error.message, 'rebuild-index');
      throw error;
    }
  },
};
