/** For every check a sheet says whose copies it compares: a copy of the same thing is no second witness. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checks } from '../../../src/analysis/integrity/index.ts';

const docs = join(import.meta.dirname, '../../../docs');
const sheets = [...readdirSync(join(docs, 'formats')).map((name) => join('formats', name)), 'integrity.md'].filter((name) => !name.endsWith('README.md'));

interface Row {
  readonly sheet: string;
  readonly check: string;
  readonly cells: readonly string[];
}

const heading = /^## (?:\d+\. )?Whose copy is this\?$/m;
const rows = sheets.flatMap((sheet): Row[] => {
  const [, rest = ''] = readFileSync(join(docs, sheet), 'utf8').split(heading);
  const [section = ''] = rest.split(/^## /m);
  return [...section.matchAll(/^\| `([a-z0-9-]+)` *\| (.*) \|$/gm)].map(([, check = '', cells = '']) => ({ sheet, check, cells: cells.split(/ *\| */) }));
});

describe('whose copy is this?', () => {
  it('has an answer for every check, in one sheet', () => {
    expect(rows.map(({ check }) => check).sort()).toEqual(checks.map(({ id }) => id).sort());
  });

  it('says what is compared, who wrote both, and what agreement shows', () => {
    for (const { sheet, check, cells } of rows) expect(cells, `${sheet}: ${check}`).toHaveLength(3);
  });

  it('is answered in every sheet; one without a check of its own says what there is instead', () => {
    for (const sheet of sheets) {
      const [, rest = ''] = readFileSync(join(docs, sheet), 'utf8').split(heading);
      const isAnswered = rows.some((row) => row.sheet === sheet) || /^No check is of .{40}/.test(rest.trim());
      expect(isAnswered, sheet).toBe(true);
    }
  });
});
