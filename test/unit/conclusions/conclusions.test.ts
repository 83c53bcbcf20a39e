/**
 * Every conclusion of docs/conclusions.md, on evidence that is whole, removed and contradicted. A row without a test fails, and so does a
 * test without a row.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dumpConclusions } from './dump-conclusions.ts';
import { evidenceConclusions } from './evidence-conclusions.ts';
import { containerConclusions } from './container-conclusions.ts';
import { newerConclusions } from './newer-conclusions.ts';
import { triageConclusions } from './triage-conclusions.ts';
import { verdictConclusions } from './verdict-conclusions.ts';

const page = readFileSync(new URL('../../../docs/conclusions.md', import.meta.url), 'utf8');
/** Rows of its tables: id, then what is concluded, by what, what refutes it, what is written without. */
const rows = page.split('\n').flatMap((line) => {
  const cells = /^\| `([\w-]+)` \|/.test(line)
    ? line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim())
    : [];
  return cells.length === 0 ? [] : [{ id: (cells[0] ?? '').replaceAll('`', ''), cells }];
});
const cases = { ...triageConclusions, ...verdictConclusions, ...dumpConclusions, ...evidenceConclusions, ...newerConclusions, ...containerConclusions };

describe('the list of conclusions', () => {
  it('has a test for each row, and a row for each test', () => {
    expect(rows.map(({ id }) => id).sort()).toEqual(Object.keys(cases).sort());
    expect(rows.length).toBeGreaterThanOrEqual(30);
  });

  it.each(rows.map((row) => [row.id, row] as const))('%s: has its evidence, what refutes it, and what is written without it', (id, { cells }) => {
    expect(cells).toHaveLength(5);
    for (const cell of cells) expect(cell.length).toBeGreaterThan(2);
    // What nothing refutes is a quotation or a gap, and its row says that.
    expect(cells[3]?.startsWith('nothing')).toBe(cases[id]?.against === undefined);
  });
});

describe.each(Object.entries(cases))('%s', (_, { made, without, against }) => {
  it('is concluded from its evidence', async () => {
    expect(await made.on()).toMatch(made.says);
  });

  it('is weaker without it, and then says what it is based on', async () => {
    const text = await without.on();
    expect(text).toMatch(without.says);
    expect(text).not.toMatch(made.says);
  });

  // What nothing refutes has no such test; its row of the table says so.
  if (against !== undefined)
    it('says so where the evidence is contradicted', async () => {
      const text = await against.on();
      expect(text).toMatch(against.says);
      expect(text).not.toMatch(made.says);
    });
});
