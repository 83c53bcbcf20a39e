/** Which analyses are counted, and in which order. */
import { expect, it } from 'vitest';
import type { AnalysisTable } from '../../../src/shared/analysis-table.ts';
import { countWords } from '../../../src/renderer/views/compare/count-words.ts';
import { nextToCount, structuralFirst, type AnalysisCount } from '../../../src/renderer/views/compare/use-analysis-counts.ts';

const table = (id: string, required = false): AnalysisTable =>
  ({ id, parameters: required ? [{ name: 'pid', required: true }] : [] }) as unknown as AnalysisTable;
const tables = [table('log'), table('mappings', true), table('tasks'), table('memory-usage'), table('modules')];
const done: AnalysisCount = { kind: 'counted', counts: { equal: 1, changed: 0, moved: 0, onlyLeft: 0, onlyRight: 0 }, isPartial: false, rows: 2 };

/** Ids in the order in which they are counted. */
function order(all: boolean): readonly string[] {
  const counts = new Map<string, AnalysisCount>();
  for (;;) {
    const next = nextToCount(tables, counts, all);
    if (next === undefined) return [...counts.keys()];
    counts.set(next.id, next.id === 'modules' ? { kind: 'failed', why: 'no list' } : done);
  }
}

it('what the system consisted of is counted automatically, the rest on request, and analyses with parameters never', () => {
  expect(order(false)).toEqual(['tasks', 'modules', 'memory-usage']);
  expect(order(true)).toEqual(['tasks', 'modules', 'memory-usage', 'log']);
});

it('a stopped analysis is counted again', () => {
  expect(nextToCount(tables, new Map([['tasks', { kind: 'counting' } as const]]), false)?.id).toBe('tasks');
});

it('the list begins with them and omits none', () => {
  expect(structuralFirst(tables).map(({ id }) => id)).toEqual(['tasks', 'modules', 'memory-usage', 'log', 'mappings']);
});

it('what could not be read is not called equal', () => {
  const names = { left: { name: 'a', age: 'older', time: undefined }, right: { name: 'b', age: 'newer', time: undefined } } as const;
  const words = (isPartial: boolean, rows: number, changed = 0, onlyRight = 0): string =>
    countWords({ names }, { kind: 'counted', isPartial, rows, counts: { equal: 0, moved: 0, onlyLeft: 0, changed, onlyRight } });
  expect([words(false, 2), words(false, 0), words(true, 2), words(true, 0)]).toEqual(['equal', 'none', 'equal where read', 'cannot be read']);
  expect([words(false, 9, 1, 3), words(true, 9, 1)]).toEqual(['3 new, 1 changed', '1 changed, read in part']);
});
