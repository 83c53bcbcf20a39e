/** What a person wrote about ranges of a dump, as a report carries it. */
import * as v from 'valibot';
import { defined } from './defined.ts';
import { count, hexString } from './json-values.ts';
import { addressSpaces, type MemoryView } from './model.ts';
import type { SavedSession } from './session-model.ts';

/** Half open. */
export const annotationSchema = v.strictObject({
  space: v.picklist(addressSpaces),
  /** CPU of `real` and `virtual`, numbered as `cpus` says. */
  cpu: v.optional(count),
  start: hexString,
  end: hexString,
  text: v.string(),
});
export type Annotation = v.InferOutput<typeof annotationSchema>;

/** In the order of a report: by space, CPU and address. */
export function sortAnnotations(annotations: readonly Annotation[]): readonly Annotation[] {
  const rank = ({ space, cpu, start }: Annotation): readonly [number, number, bigint] => [addressSpaces.indexOf(space), cpu ?? -1, BigInt(start)];
  return annotations.toSorted((left, right) => {
    const [a, b] = [rank(left), rank(right)];
    return a[0] - b[0] || a[1] - b[1] || (a[2] < b[2] ? -1 : a[2] > b[2] ? 1 : 0);
  });
}

/** The annotations of a session on one dump in one view; undefined when the session is not about it. */
export function annotationsOf(session: SavedSession, identity: string, view: MemoryView): readonly Annotation[] | undefined {
  const own = new Set(session.dumps.flatMap((dump, at) => (dump.identity === identity && (dump.view ?? 'all') === view ? [at] : [])));
  if (own.size === 0) return undefined;
  return session.annotations.flatMap(({ dump, space, cpu, start, end, text }) => {
    if (!own.has(dump) || BigInt(end) <= BigInt(start)) return [];
    // Written by hand, an address may have leading zeros.
    return [{ space, ...defined({ cpu }), start: `0x${BigInt(start).toString(16)}`, end: `0x${BigInt(end).toString(16)}`, text }];
  });
}
