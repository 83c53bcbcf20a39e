import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sqlReferencePage, sqlReferencePath } from '../../scripts/sql-reference.ts';
import { indexTables } from '../../src/analysis/page-index/schema.ts';

describe('reference page of the SQL names', () => {
  it('is what the tables say (DUMPBENCH_UPDATE=1 writes it)', () => {
    if (process.env.DUMPBENCH_UPDATE === '1') writeFileSync(sqlReferencePath, sqlReferencePage());
    expect(readFileSync(sqlReferencePath, 'utf8')).toBe(sqlReferencePage());
  });

  it('has the names that scripts rely on, each with a description', () => {
    const stable = indexTables.filter((table) => table.stable).map(({ name }) => name);
    for (const name of ['page', 'page_at', 'page_range', 'extent', 'region', 'cpu', 'note', 'finding', 'duplicate']) expect(stable).toContain(name);
    const wordless = indexTables.flatMap((table) => [table, ...table.columns]).filter(({ about }) => about === '');
    expect(wordless).toEqual([]);
    // What SQLite's own catalogue of functions would not say: how a function is asked.
    for (const table of indexTables.filter(({ name }) => name === 'page_range')) expect(sqlReferencePage()).toContain(`${table.name}(first_pfn, end_pfn)`);
  });
});
