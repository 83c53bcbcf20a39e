/** The tree of memory from its parts: rests, what could not be read, and parts that are more than their whole. */
import { describe, expect, it } from 'vitest';
import { memoryLines, type MemoryLine, type MemoryPart, type Unread } from '../../../src/analysis/kernel/memory-parts/memory-part.ts';
import { failed } from '../../../src/shared/result.ts';

const mib = 1n << 20n;
const part = (name: string, size: bigint | string, more: Partial<MemoryPart> = {}): MemoryPart => ({
  name,
  bytes: typeof size === 'string' ? failed(name, size) : { value: size * mib },
  source: `of ${name}`,
  ...more,
});
function linesOf(tree: MemoryPart): { readonly lines: readonly MemoryLine[]; readonly unread: readonly Unread[] } {
  const unread: Unread[] = [];
  return { lines: [...memoryLines(tree, (one) => unread.push(one))], unread };
}
const short = (lines: readonly MemoryLine[]): readonly string[] => lines.map(({ path, level, bytes }) => `${level} ${path} ${(bytes ?? 0n) / mib}`);

describe('the tree of memory', () => {
  it('has each part followed by its own, and what is left of it', () => {
    const { lines, unread } = linesOf(part('all', 100n, { rest: 'rest', parts: [part('a', 60n, { parts: [part('b', 10n)] }), part('c', 30n)] }));
    expect(short(lines)).toEqual(['0 all 100', '1 all / a 60', '2 all / a / b 10', '1 all / c 30', '1 all / rest 10']);
    expect(unread).toEqual([]);
  });

  it('shows some of many parts, and counts the others', () => {
    const { lines } = linesOf(part('all', 100n, { rest: 'others', shown: 2, parts: [part('a', 40n), part('b', 30n), part('c', 20n), part('d', 5n)] }));
    expect(short(lines)).toEqual(['0 all 100', '1 all / a 40', '1 all / b 30', '1 all / others 30']);
    expect(lines.at(-1)?.source).toContain('including 2 smaller ones');
  });

  it('never gives a part that could not be read a number, and does not call the rest what it is elsewhere', () => {
    const { lines, unread } = linesOf(part('all', 100n, { rest: 'rest', parts: [part('a', 60n), part('b', 'its page is not in the dump')] }));
    expect(short(lines)).toEqual(['0 all 100', '1 all / a 60', '1 all / rest, or not read 40']);
    expect(unread).toEqual([{ name: 'b', why: 'b: its page is not in the dump' }]);
  });

  it('does not show parts that are together more than their whole, and says so', () => {
    const { lines, unread } = linesOf(part('all', 100n, { rest: 'rest', parts: [part('a', 60n), part('b', 50n)] }));
    expect(short(lines)).toEqual(['0 all 100']);
    expect(unread).toEqual([expect.objectContaining({ name: 'parts of all' })]);
    // What CPUs count on their own may be missing in one of two counters.
    expect(linesOf(part('all', 100n, { parts: [part('a', 101n)] })).unread).toEqual([]);
  });

  it('about which nothing is known is empty', () => {
    expect(linesOf(part('all', 'no symbols'))).toEqual({ lines: [], unread: [{ name: 'all', why: 'all: no symbols' }] });
  });
});
