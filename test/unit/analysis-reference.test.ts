import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { analysisReferencePage, analysisReferencePath } from '../../scripts/analysis-reference.ts';
import { analyses } from '../../src/analysis/kernel/analyses/catalogue.ts';

it('the reference page of the analyses is what they declare (DUMPBENCH_UPDATE=1 writes it)', () => {
  if (process.env.DUMPBENCH_UPDATE === '1') writeFileSync(analysisReferencePath, analysisReferencePage());
  expect(readFileSync(analysisReferencePath, 'utf8')).toBe(analysisReferencePage());
  for (const { table } of analyses) for (const { name } of table.columns) expect(analysisReferencePage()).toContain(`| \`${name}\` |`);
});
