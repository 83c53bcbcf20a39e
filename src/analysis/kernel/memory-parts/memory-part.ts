/** A part of memory: what it takes, and what of it is known more closely. */
import { isFailure, valueOf, type Result } from '../../../shared/result.ts';
import { defined } from '../../../shared/defined.ts';

export interface MemoryPart {
  readonly name: string;
  readonly bytes: Result<bigint>;
  /** What it was computed from. */
  readonly source: string;
  /** Analysis that shows more. */
  readonly see?: string;
  readonly parts?: readonly MemoryPart[];
  /** Parts that are shown of many, the largest; all unless given. */
  readonly shown?: number;
  /** Name of what is left of it after its parts. */
  readonly rest?: string;
}

/** A line of the tree. */
export interface MemoryLine {
  readonly name: string;
  /** Names from the top to this part, " / " between them. */
  readonly path: string;
  readonly parent?: string;
  readonly level: number;
  readonly bytes?: bigint;
  readonly source: string;
  readonly see?: string;
}

/** A part that could not be read. */
export interface Unread {
  readonly name: string;
  readonly why: string;
}

/** CPUs count on their own for a while: a sum may be off by so many pages of each, and is not contradiction then. */
const tolerance = 2n << 20n;

const known = ({ bytes }: MemoryPart): bigint | undefined => valueOf(bytes);

/**
 * Lines of a tree, each part followed by its own; the largest first where there are many. Parts that could not be read are not lines: they are
 * handed to `unread`. Parts that are together more than what they are parts of are not shown, and `unread` is told why.
 */
export function* memoryLines(part: MemoryPart, unread: (one: Unread) => void, above?: MemoryLine): Generator<MemoryLine, void> {
  const { name, bytes, source, see, parts = [], shown = parts.length, rest } = part;
  if (isFailure(bytes)) {
    unread({ name, why: `${bytes.missing.what}: ${bytes.missing.why}` });
    return;
  }
  const path = above === undefined ? name : `${above.path} / ${name}`;
  const line: MemoryLine = {
    name,
    path,
    level: above === undefined ? 0 : above.level + 1,
    bytes: bytes.value,
    source,
    ...(above === undefined ? {} : { parent: above.path }),
    ...defined({ see }),
  };
  yield line;
  const missed: MemoryPart[] = [];
  const found = parts.filter((one) => {
    if (known(one) === undefined) missed.push(one);
    return known(one) !== undefined;
  });
  const sum = found.reduce((total, one) => total + (known(one) ?? 0n), 0n);
  for (const one of missed) if (isFailure(one.bytes)) unread({ name: one.name, why: `${one.bytes.missing.what}: ${one.bytes.missing.why}` });
  if (sum > bytes.value + tolerance) {
    unread({ name: `parts of ${name}`, why: `together they are ${sum} bytes, more than the ${bytes.value} of ${name}` });
    return;
  }
  for (const one of found.slice(0, shown)) yield* memoryLines(one, unread, line);
  const listed = found.slice(0, shown).reduce((total, one) => total + (known(one) ?? 0n), 0n);
  const left = bytes.value - listed;
  if (rest === undefined || left <= 0n || (found.length === 0 && parts.length === 0)) return;
  const others = found.length > shown ? `, including ${found.length - shown} smaller ones` : '';
  // What could not be read is in it: then it is not the rest that it is elsewhere.
  const restName = missed.length === 0 ? rest : `${rest}, or not read`;
  const unknown = missed.length === 0 ? '' : `, with what could not be read: ${missed.map((one) => one.name).join(', ')}`;
  yield {
    name: restName,
    path: `${path} / ${restName}`,
    parent: path,
    level: line.level + 1,
    bytes: left,
    source: `what is left of ${name}${others}${unknown}`,
  };
}
