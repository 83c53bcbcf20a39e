import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ebcdicTablesPath, ebcdicTablesSource } from '../../../scripts/ebcdic.ts';

it('the EBCDIC tables are those of the package codepage (DUMPBENCH_UPDATE=1 writes them)', () => {
  if (process.env.DUMPBENCH_UPDATE === '1') writeFileSync(ebcdicTablesPath, ebcdicTablesSource());
  expect(readFileSync(ebcdicTablesPath, 'utf8')).toBe(ebcdicTablesSource());
});
