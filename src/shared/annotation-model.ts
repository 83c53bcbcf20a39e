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

/** What a dump is recognised by. */
export interface DumpName {
  readonly identity: string;
  readonly dumpKey: string;
}

/** Annotations of a session on a dump. */
export interface OwnAnnotations {
  readonly annotations: readonly Annotation[];
  /** That many more are about a dump with the same identity, and another dump key: they are not the dump's. */
  readonly ofOthers: number;
  /** That many of them are known by the identity alone: the session has no dump key. */
  readonly byIdentity: number;
}

/** The annotations of a session on one dump in one view; undefined when the session is not about its identity. */
export function annotationsOf(session: SavedSession, { identity, dumpKey }: DumpName, view: MemoryView): OwnAnnotations | undefined {
  const alike = new Map(session.dumps.flatMap((dump, at) => (dump.identity === identity && (dump.view ?? 'all') === view ? [[at, dump.dumpKey]] : [])));
  if (alike.size === 0) return undefined;
  const on = (isOf: (key: string | undefined) => boolean): readonly Annotation[] => annotationsOn(session, (dump) => alike.has(dump) && isOf(alike.get(dump)));
  return {
    annotations: on((key) => key === undefined || key === dumpKey),
    ofOthers: on((key) => key !== undefined && key !== dumpKey).length,
    byIdentity: on((key) => key === undefined).length,
  };
}

function annotationsOn(session: SavedSession, isOwn: (dump: number) => boolean): readonly Annotation[] {
  return session.annotations.flatMap(({ dump, space, cpu, start, end, text }) => {
    if (!isOwn(dump) || BigInt(end) <= BigInt(start)) return [];
    // Written by hand, an address may have leading zeros.
    return [{ space, ...defined({ cpu }), start: `0x${BigInt(start).toString(16)}`, end: `0x${BigInt(end).toString(16)}`, text }];
  });
}
