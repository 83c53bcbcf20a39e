/** Memory past the end of the image that a structure refers to, such as crashkernel memory that was not dumped. */
import { kindCounts, pagesOf, type StripBucket } from '../../../shared/memory-kinds.ts';
import type { Span } from '../../../shared/strip-layout.ts';

/**
 * Counts pages that are in no bucket as missing: the machine had them, the dump does not.
 * @param span whole pages, divided into buckets as the engine does: bucket i starts at page `pages * i / buckets`
 */
export function withPagesBehindEnd(buckets: readonly StripBucket[], span: Span): readonly StripBucket[] {
  const first = span.start >> 12n;
  const pages = ((span.end + 0xfffn) >> 12n) - first;
  const edge = (index: number): bigint => (pages * BigInt(index)) / BigInt(buckets.length);
  return buckets.map((bucket, index) => {
    const absent = Number(edge(index + 1) - edge(index)) - pagesOf(kindCounts(bucket));
    return absent <= 0 ? bucket : { ...bucket, states: { ...bucket.states, missing: bucket.states.missing + absent } };
  });
}
