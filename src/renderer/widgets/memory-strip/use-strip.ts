/** The strip of a span of a dump, refreshed as the index grows. */
import { useState } from 'react';
import { useQuery } from '../../hooks/use-query.ts';
import type { QueryState } from '../../engine/query-slot.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { useWorkbench } from '../../workbench.ts';
import { withPagesBehindEnd } from './behind-end.ts';
import type { Strip, StripBucket } from '../../../shared/memory-kinds.ts';
import type { Span } from '../../../shared/strip-layout.ts';

const maxBuckets = 4096;

export interface StripQuery {
  readonly strip: QueryState<Omit<Strip, 'buckets'> & { readonly buckets: readonly StripBucket[]; readonly span: Span }>;
  readonly onWidth: (width: number) => void;
}

/** A bucket per pixel, but never less than a page per bucket. */
export function useStrip(dump: OpenDump, span: Span): StripQuery {
  const { engine } = useWorkbench();
  const [width, setWidth] = useState(0);
  const pages = Number((span.end - span.start) >> 12n);
  const buckets = Math.max(1, Math.min(Math.floor(width), pages, maxBuckets));
  const [version, setVersion] = useState(dump.stripVersion);
  const key = width === 0 || pages === 0 ? undefined : `${span.start}-${span.end}/${buckets}@${version}`;
  const strip = useQuery(dump, key, async (handle, signal) => {
    const answer = await engine.call('strip', { dump: handle, start: span.start, end: span.end, buckets }, { signal });
    return { ...answer, buckets: withPagesBehindEnd(answer.buckets, span), span };
  });
  // A newer index is queried only after the last answer: otherwise a fast-growing index would starve the strip.
  if (!strip.asking && version !== dump.stripVersion) setVersion(dump.stripVersion);
  return { strip, onWidth: setWidth };
}
