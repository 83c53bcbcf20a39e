/** What a page of memory can be on screen: states without bytes, classes of those with bytes, and what nobody looked at yet. */
import type { EngineProtocol } from './engine-protocol.ts';
import type { Result } from './rpc.ts';

export type Strip = Result<EngineProtocol, 'strip'>;
export type StripBucket = Strip['buckets'][number];

export const memoryKindIds = [
  'zero',
  'fill',
  'data',
  'pointers',
  'text',
  'code',
  'entropy',
  'encrypted',
  'excluded',
  'missing',
  'unreadable',
  'unknown',
] as const;
export type MemoryKindId = (typeof memoryKindIds)[number];

/** How it is drawn besides its colour, so that it can be determined without it. */
export type Pattern = 'solid' | 'hatch' | 'back-hatch' | 'cross' | 'dots';

export interface MemoryKind {
  readonly id: MemoryKindId;
  readonly label: string;
  /** CSS variable of app/tokens.css. */
  readonly colour: string;
  readonly pattern: Pattern;
  /** Always in the legend, also when there is none. */
  readonly always: boolean;
  readonly meaning: string;
}

const kind = (id: MemoryKindId, label: string, colour: string, meaning: string, pattern: Pattern = 'solid', always = false): MemoryKind => ({
  id,
  label,
  colour,
  meaning,
  pattern,
  always,
});

export const memoryKinds: readonly MemoryKind[] = [
  kind('zero', 'zero', '--mem-zero', 'all bytes are zero', 'solid', true),
  kind('fill', 'fill', '--mem-fill', 'one byte or word repeated'),
  kind('data', 'data', '--mem-data', 'other bytes', 'solid', true),
  kind('pointers', 'pointers', '--mem-pointers', 'mostly addresses'),
  kind('text', 'text', '--mem-text', 'mostly readable text', 'solid', true),
  kind('code', 'code', '--mem-code', 'machine code', 'solid', true),
  kind('entropy', 'high entropy', '--mem-entropy', 'compressed, encrypted or random', 'solid', true),
  kind('encrypted', 'encrypted', '--mem-encrypted', 'encrypted by the machine', 'dots'),
  kind('excluded', 'excluded', '--mem-zero', 'left out by the dump tool on purpose', 'back-hatch'),
  kind('missing', 'missing', '--bg', 'not in the dump', 'hatch', true),
  kind('unreadable', 'unreadable', '--bg', 'in the dump, but cannot be read', 'cross'),
  kind('unknown', 'not yet scanned', '--bg', 'stored in the dump, but not indexed yet', 'dots'),
];

/** Pages of each kind. */
export type KindCounts = Readonly<Record<MemoryKindId, number>>;

export function kindCounts({ states, classes, unknown }: StripBucket): KindCounts {
  return {
    zero: states.zero,
    fill: classes.fill,
    data: classes.data,
    pointers: classes.pointers,
    text: classes.text,
    code: classes.code,
    entropy: classes.entropy,
    encrypted: states.encrypted,
    excluded: states.excluded,
    missing: states.missing,
    unreadable: states.unreadable,
    unknown,
  };
}

export const noCounts: KindCounts = Object.fromEntries(memoryKindIds.map((id) => [id, 0])) as Record<MemoryKindId, number>;

export function sumCounts(buckets: readonly StripBucket[]): KindCounts {
  const sum: Record<MemoryKindId, number> = { ...noCounts };
  for (const bucket of buckets) {
    const counts = kindCounts(bucket);
    for (const id of memoryKindIds) sum[id] += counts[id];
  }
  return sum;
}

export const pagesOf = (counts: KindCounts): number => memoryKindIds.reduce((sum, id) => sum + counts[id], 0);

/** "zero 40, text 3": the kinds of a place, most first. */
export function countsText(counts: KindCounts, limit = 4): string {
  const present = memoryKinds.filter(({ id }) => counts[id] > 0).sort((left, right) => counts[right.id] - counts[left.id]);
  if (present.length === 0) return 'past the end of the dump';
  return present
    .slice(0, limit)
    .map(({ id, label }) => `${label} ${counts[id]}`)
    .join(', ');
}
