/** A report that carries a comparison with another dump. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ReportModel } from '../../../src/analysis/report/report-model.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder();
process.env.XDG_CACHE_HOME = folder;
const write = (name: string, content: Uint8Array | string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const system = 'system healthy state=running';
const before = write('before.elf', buildCase(`${system}\nformat elf-vmcore producer=qemu`));
const after = write('after.elf', buildCase(`${system}\nfill 0x302000 8192 7\nnote OTHER 1 01\nformat elf-vmcore producer=qemu`));
const report = (...options: string[]) => runInProcess(['report', before, '--quick', ...options]);

describe('report --with', () => {
  it('says what differs, without a path and the same each time', async () => {
    const { code, out } = await report('--format', 'json', '--with', after);
    expect(code).toBe(0);
    const { comparison } = JSON.parse(out) as ReportModel;
    expect(comparison?.with.fileName).toBe('after.elf');
    expect(comparison?.summary).toMatch(
      /^2 of 1792 common pages differ \(by fingerprint\), 0 are only in this dump, 0 only in the other; \d+ fields differ\.$/,
    );
    expect(comparison?.parts.find(({ title }) => title === 'Changed ranges')?.lines).toEqual(['0x302000-0x304000']);
    expect(comparison?.parts.find(({ title }) => title === 'Notes that differ')?.lines.length).toBeGreaterThan(0);
    expect(out).not.toContain(folder);
    expect((await report('--format', 'json', '--with', after)).out).toBe(out);
  });

  it.each(['html', 'markdown', 'csv', 'sarif', 'junit'])('shows it as %s', async (format) => {
    const { out } = await report('--format', format, '--with', after);
    expect(out).toContain('0x302000-0x304000');
    expect((await report('--format', format)).out).not.toContain('0x302000-0x304000');
  });

  it('names the rules in force', async () => {
    const rules = write(
      'rules.json',
      JSON.stringify({ schema: 1, name: 'known', rules: [{ name: 'the buffer', ranges: [{ start: '0x302000', end: '0x304000' }] }] }),
    );
    const { comparison } = JSON.parse((await report('--format', 'json', '--with', after, '--ignore', rules)).out) as ReportModel;
    expect(comparison?.parts.find(({ title }) => title === 'Ignore rules: known')?.lines).toEqual(['the buffer']);
    expect(comparison?.parts.some(({ title }) => title === 'Changed ranges')).toBe(false);
    expect((await report('--ignore', rules)).code).toBe(2);
  });
});

describe('report --analysis', () => {
  it('has the rows of the analysis, and compares them with the other dump', async () => {
    const { code, out } = await report('--format', 'json', '--analysis', 'tasks', '--analysis', 'log,level=err', '--with', after);
    expect(code).toBe(0);
    const { analyses, comparison } = JSON.parse(out) as ReportModel;
    const direct = JSON.parse((await runInProcess(['analyse', before, 'tasks', '--json'])).out) as { rows: unknown };
    expect(analyses?.map(({ id }) => id)).toEqual(['tasks', 'log']);
    expect(analyses?.[0]?.rows).toEqual(direct.rows);
    expect(comparison?.parts.find(({ title }) => title === 'Analysis tasks')?.lines.join('\n')).toMatch(/[1-9]\d* equal, 0 changed/);
    expect((await report('--analysis', 'nothing')).err).toMatch(/there is no analysis "nothing": expected one of backtraces/);
    expect((await report('--analysis', 'log,err')).code).toBe(2);
  });
});

describe('compare --analysis and analyse --with', () => {
  it('show the same rows, and compare counts them', async () => {
    const other = write('other.elf', buildCase('system healthy state=kdump\nformat elf-vmcore producer=qemu'));
    const alone = JSON.parse((await runInProcess(['analyse', before, 'log', '--with', other, '--json'])).out) as { counts: Record<string, number> };
    expect(alone.counts.onlyRight).toBeGreaterThan(0);
    const { code, out } = await runInProcess(['compare', before, other, '--analysis', 'log', '--json']);
    expect(code).toBe(1);
    const { analyses } = JSON.parse(out) as { analyses: readonly Record<string, unknown>[] };
    expect({ schema: 1, ...analyses[0] }).toEqual(alone);
    const shown = await runInProcess(['analyse', before, 'log', '--with', other]);
    expect(shown.out).toMatch(/only right {2}sequence \d+/);
    expect((await runInProcess(['compare', before, before, '--analysis', 'tasks'])).out).toMatch(/analysis tasks\n\d+ equal, 0 changed/);
  });
});
