import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { referencedLayouts, referencePage, referencePath } from '../../scripts/reference.ts';

describe('reference page of structures', () => {
  it('is what the tables say (DUMPBENCH_UPDATE=1 writes it)', () => {
    if (process.env.DUMPBENCH_UPDATE === '1') {
      mkdirSync(dirname(referencePath), { recursive: true });
      writeFileSync(referencePath, referencePage());
    }
    expect(readFileSync(referencePath, 'utf8')).toBe(referencePage());
  });

  it('misses no declared structure', () => {
    const names = new Set(referencedLayouts.map(({ name }) => name));
    const declared = globSync('src/analysis/**/*.ts').flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/\bstruct\(\s*'([^']+)'/g)].map(([, name = '']) => name),
    );
    expect(declared.length).toBeGreaterThan(30);
    expect(declared.filter((name) => !names.has(name))).toEqual([]);
  });

  it('names a source for every structure', () => {
    expect(referencedLayouts.filter(({ doc }) => !/[Ss]ource: |section|\.md|\.h\b/.test(doc)).map(({ name }) => name)).toEqual([]);
  });
});
