/** Lowcore layouts against the tables of docs/formats/lowcore.md and against the compiled structures that crash printed. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { lowcoreKernels, type LowcoreKernel } from '../../../src/analysis/arch/s390x/lowcore/fields.ts';
import { lowcoreLayout } from '../../../src/analysis/arch/s390x/lowcore/layouts.ts';
import { oracleText, wholeDumps } from '../../dumps.ts';
import { disagreements, type Facts } from '../facts.ts';

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
const sheet = readFileSync(join(root, 'docs', 'formats', 'lowcore.md'), 'utf8');

/** Offset and size of each field of a layout. */
function ours(kernel: LowcoreKernel): Facts {
  const { fields } = lowcoreLayout(kernel);
  const facts = new Map<string, number | boolean>();
  for (const [name, field] of Object.entries(fields)) {
    facts.set(`${name} offset`, field.offset);
    facts.set(`${name} size`, field.size);
  }
  return facts;
}

const cells = (line: string): string[] => line.split('|').map((cell) => cell.trim().replaceAll('*', '').replaceAll('`', ''));

/** What a section's table says: rows of the form | field | size | offsets... |. */
function sheetFacts(text: string, kernel: LowcoreKernel): Facts {
  const facts = new Map<string, number | boolean>();
  const rows = (from: string, to: string): string[][] =>
    text
      .slice(text.indexOf(from), text.indexOf(to))
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .map(cells);
  for (const [, offset = '', size = '', name = ''] of rows('## 2. ', '### 2.1')) {
    const field = /^\w+/.exec(name)?.[0];
    if (!/^0x[0-9a-f]+$/.test(offset) || field === undefined || ['vector_save_area', 'last_break_save_area', 'ccd', 'aicd'].includes(field)) continue;
    facts.set(`${field} offset`, Number(offset));
    facts.set(`${field} size`, Number(size));
  }
  const column = lowcoreKernels.indexOf(kernel);
  for (const [, name = '', size = '', ...offsets] of rows('## 3. ', '### 3.1')) {
    const offset = offsets[column];
    if (!offset?.startsWith('0x')) continue;
    facts.set(`${name} offset`, Number(offset));
    if (/^\d+$/.test(size)) facts.set(`${name} size`, Number(size));
  }
  return facts;
}

const scalar: Readonly<Record<string, number>> = {
  __u8: 1,
  __u16: 2,
  __u32: 4,
  __s32: 4,
  __u64: 8,
  'unsigned long': 8,
  psw_t: 16,
  'struct ctlreg': 8,
  'struct pgm_tdb': 256,
  'union tod_clock': 16,
  'struct psw_bits': 16,
};

/** `[136] __u32 svc_int_code;` of a struct that crash printed. */
function crashFacts(text: string): Facts {
  const start = text.indexOf('\nstruct lowcore {');
  const facts = new Map<string, number | boolean>();
  for (const line of text.slice(start, text.indexOf('\nSIZE:', start)).split('\n')) {
    const match = /^\s*\[(\d+)\]\s+(.+?)\s+(\w+)(?:\[(\d+)\])?;$/.exec(line);
    if (match === null) continue;
    const [, offset = '', type = '', name = '', count] = match;
    if (/^pad_|_combined$|^(svc_int_code|pgm_int_code|ext_int_code_addr|tpi_info)$/.test(name)) continue;
    facts.set(`${name} offset`, Number(offset));
    const size = scalar[type];
    if (size !== undefined) facts.set(`${name} size`, size * Number(count ?? 1));
  }
  return facts;
}

/** Offsets and sizes altered one by one: each must be noticed. */
function unnoticed(stated: Facts, answered: Facts): string[] {
  return [...stated.keys()].filter((fact) => {
    const altered = new Map(answered);
    altered.set(fact, Number(answered.get(fact)) + 4);
    return disagreements(stated, altered).length === 0;
  });
}

describe('the sheet', () => {
  it.each(lowcoreKernels)('agrees with the layout of %s, and notices a field elsewhere', (kernel) => {
    const stated = sheetFacts(sheet, kernel);
    expect(stated.size).toBeGreaterThan(150);
    expect(disagreements(stated, ours(kernel))).toEqual([]);
    expect(unnoticed(stated, ours(kernel))).toEqual([]);
  });

  it.each(lowcoreKernels)('has every field of the layout of %s', (kernel) => {
    const stated = sheetFacts(sheet, kernel);
    const extra = Object.keys(lowcoreLayout(kernel).fields).filter((name) => !stated.has(`${name} offset`));
    expect(extra.filter((name) => !['ipl_psw', 'vector_save_area', 'last_break_save_area', 'ccd', 'aicd'].includes(name))).toEqual([]);
  });
});

const printed = wholeDumps.flatMap(({ name }) =>
  ['crash.txt', 'crash-8.0.6.txt'].flatMap((suffix) => {
    const text = oracleText(name, suffix);
    return text?.includes('\nstruct lowcore {\n') === true ? [[name, suffix, text] as const] : [];
  }),
);

describe.skipIf(printed.length === 0)('the structure that crash printed', () => {
  it.each(printed)('%s: %s agrees, and notices a field elsewhere', (name, _suffix, text) => {
    const kernel: LowcoreKernel = name.includes('k612') ? '6.12' : '6.1';
    const stated = crashFacts(text);
    expect(stated.size).toBeGreaterThan(150);
    expect(disagreements(stated, ours(kernel))).toEqual([]);
    expect(unnoticed(stated, ours(kernel))).toEqual([]);
  });
});
