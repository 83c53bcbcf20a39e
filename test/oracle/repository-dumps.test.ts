/** The dumps of the repository: their index is complete, each is restored, and all of them stay within their budget. */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readDumpIndex } from '../dump-folders.ts';
import { dumpFile } from '../dumps.ts';

const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dumps');
const entries = readDumpIndex(folder);
const names = new Set(entries.map(({ name }) => name));
const budget = 48 << 20;

describe('dumps of the repository', () => {
  it('take at most 48 MiB with their texts', () => {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => statSync(join(folder, name)));
    expect(files.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0)).toBeLessThanOrEqual(budget);
  });

  it('are all in the index, and need no dump from elsewhere', () => {
    const listed = new Set(entries.map(({ file }) => file));
    const packed = readdirSync(folder).filter((name) => /\.(zst|kdump)$/.test(name));
    expect(packed.filter((name) => !listed.has(join(folder, name)))).toEqual([]);
    expect(entries.filter(({ base }) => base !== undefined && !names.has(base))).toEqual([]);
  });

  it('are described in the README', () => {
    const text = readFileSync(join(folder, 'README.md'), 'utf8');
    const said = (name: string): boolean => text.includes(name) || (/-split-\d$/.test(name) && text.includes(`\`${name.slice(name.lastIndexOf('-split'))}\``));
    expect(entries.filter(({ name, how }) => how !== 'derived' && !said(name)).map(({ name }) => name)).toEqual([]);
  });

  it.each(entries.filter(({ how }) => how !== 'derived').map(({ name, size }) => [name, size] as const))('%s is restored', async (name, size) => {
    expect(statSync(await dumpFile(name)).size).toBe(size);
  });
});
