/**
 * A value with where it came from and how far it can be trusted. Every value that a door shows starts as a Fact.
 */
export const trusts = ['verified', 'consistent', 'unverifiable', 'contradicted', 'missing'] as const;

/**
 * verified: covered by a passed checksum · consistent: two independent sources agree · unverifiable: one source ·
 * contradicted: a failed check, or two sources that differ · missing: expected and absent
 */
export type Trust = (typeof trusts)[number];

export interface Fact<T> {
  readonly value: T;
  /** Where the value was read, in words: "ELF header", "vmcoreinfo in memory at absolute 0xdcc000". */
  readonly source: string;
  readonly trust: Trust;
}

export const fact = <T>(value: T, source: string, trust: Trust = 'unverifiable'): Fact<T> => ({ value, source, trust });

/** One fact from two sources: consistent when they agree, contradicted (the first is kept) when not. */
export function confirm<T>(first: Fact<T>, second: Fact<T> | undefined): Fact<T> {
  if (second === undefined) return first;
  if (first.value === second.value) {
    const trust = first.trust === 'verified' || second.trust === 'verified' ? 'verified' : 'consistent';
    return { value: first.value, source: `${first.source}; ${second.source}`, trust };
  }
  return { value: first.value, source: `${first.source}, but ${second.source} says ${String(second.value)}`, trust: 'contradicted' };
}

export interface Provenance {
  readonly source: string;
  readonly trust: Trust;
}

function isFact(value: object): value is Fact<unknown> {
  return 'source' in value && 'trust' in value && 'value' in value;
}

const pointerToken = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');

/**
 * Splits a tree that holds facts into the plain JSON value and the provenance of each fact, keyed by JSON pointer
 * (RFC 6901). Undefined members are left out: an absent fact is never null.
 */
export function splitFacts(tree: unknown): { json: unknown; provenance: Record<string, Provenance> } {
  const provenance: Record<string, Provenance> = {};
  const walk = (value: unknown, pointer: string): unknown => {
    if (Array.isArray(value)) return value.map((item, index) => walk(item, `${pointer}/${index}`));
    if (typeof value !== 'object' || value === null) return value;
    if (isFact(value)) {
      provenance[pointer] = { source: value.source, trust: value.trust };
      return walk(value.value, pointer);
    }
    const plain: Record<string, unknown> = {};
    for (const [key, member] of Object.entries(value)) {
      if (member !== undefined) plain[key] = walk(member, `${pointer}/${pointerToken(key)}`);
    }
    return plain;
  };
  return { json: walk(tree, ''), provenance };
}
