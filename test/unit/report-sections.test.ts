/** Sections of a report: what each says, in which order, and that what is left out is neither shown nor read. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { plainText, type Block } from '../../src/analysis/report/blocks.ts';
import { htmlReport } from '../../src/analysis/report/html.ts';
import { markdownReport } from '../../src/analysis/report/markdown.ts';
import type { ReportModel } from '../../src/analysis/report/report-model.ts';
import { chosenSections, documentSections, reportSections } from '../../src/analysis/report/sections/index.ts';
import { runInProcess } from '../cli-in-process.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { largeSystem } from '../perf/large-system.ts';
import { commandFiles } from './cli/command-files.ts';

const folder = scratchFolder();
const { damaged, healthy } = commandFiles(folder);
const reportOf = async (path: string, ...options: string[]): Promise<ReportModel> => {
  const { code, out } = await runInProcess(['report', path, '--quick', '--format', 'json', ...options]);
  expect(code).toBe(0);
  return JSON.parse(out) as ReportModel;
};
const section = (report: ReportModel, id: string): readonly Block[] => documentSections(report, {}).find((one) => one.id === id)?.blocks ?? [];

/** Everything that a block says. */
function words(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
    case 'heading':
      return plainText(block.text);
    case 'callout':
      return [block.title, ...block.lines].map(plainText).join('\n');
    case 'facts':
      return block.facts.map(([name, value]) => `${plainText(name)}: ${plainText(value)}`).join('\n');
    case 'table':
      return block.rows.map((row) => row.map(plainText).join(' | ')).join('\n');
    case 'code':
      return block.lines.map(({ text }) => text).join('\n');
    case 'drawing':
      return plainText(block.text);
    case 'contents':
      return '';
  }
}
const text = (blocks: readonly Block[]): string => blocks.map(words).join('\n');

describe('the registry of sections', () => {
  it('has a description for each, and ids that can be typed', () => {
    for (const { id, title, about } of reportSections) {
      expect(id).toMatch(/^[a-z]+$/);
      expect(title).toMatch(/^[A-Z]/);
      expect(about).toMatch(/^[a-z].*[^.]$/);
    }
    expect(new Set(reportSections.map(({ id }) => id)).size).toBe(reportSections.length);
  });

  it('keeps its order, whatever the order of the choice', () => {
    expect(chosenSections(['appendix', 'case']).map(({ id }) => id)).toEqual(['case', 'appendix']);
    expect(chosenSections(undefined)).toEqual(reportSections.filter(({ byDefault }) => byDefault));
    expect(() => chosenSections(['case', 'weather'])).toThrow(/no section "weather": expected some of comparison, differences, case/);
  });
});

describe('sections of a damaged dump', () => {
  it('the case comes first: verdict, machine, integrity with the titles of what failed, and the next step', async () => {
    const report = await reportOf(damaged);
    const [first] = documentSections(report, {});
    expect(first?.id).toBe('case');
    const said = text(first?.blocks ?? []);
    expect(said).toContain(report.verdict.title);
    expect(said).toMatch(/Machine: s390x/);
    const failed = report.checks.filter(({ verdict }) => verdict === 'failed');
    expect(said).toMatch(/Integrity: \d+ of \d+ checks failed\./);
    expect(failed.some(({ title }) => said.includes(title))).toBe(true);
    expect(said).toMatch(/Next step: \S/);
  });

  it('each failed check has its title as heading, recorded and computed values, and its bytes', async () => {
    const report = await reportOf(damaged);
    const blocks = section(report, 'integrity');
    const failed = report.checks.filter(({ verdict }) => verdict === 'failed');
    const headings = blocks.filter(({ kind }) => kind === 'heading').map(words);
    expect(headings).toHaveLength(report.checks.filter(({ verdict }) => verdict === 'failed' || verdict === 'unreadable').length);
    for (const { title, recorded } of failed) {
      expect(headings).toContain(`failed ${title}`);
      if (recorded !== undefined) expect(text(blocks)).toContain(`Recorded: ${recorded}`);
    }
    const [bytes] = report.checkBytes ?? [];
    expect(bytes?.hex).toMatch(/^(?:[0-9a-f]{2})+$/);
    expect(text(blocks)).toContain((bytes?.hex ?? '').slice(0, 16).replaceAll(/(..)(?=.)/g, '$1 '));
    // What passed is elsewhere.
    const others = text(section(report, 'passed'));
    expect(failed.some(({ title }) => others.includes(`failed | ${title}`))).toBe(false);
    expect(others).toContain('passed | ');
  });

  it('the damage is drawn and listed', async () => {
    const report = await reportOf(damaged);
    const blocks = section(report, 'damage');
    const drawing = blocks.find((block) => block.kind === 'drawing');
    expect(drawing?.svg).toMatch(/^<svg .*damage-error.*<\/svg>$/s);
    expect(blocks.find((block) => block.kind === 'table')?.rows).toHaveLength(Math.min(100, report.damage.length));
  });

  it('tables are cut, and say by how much', async () => {
    const report = await reportOf(damaged);
    const region = { name: 'filler', kind: 'structure', start: '0x0', end: '0x1000' } as const;
    const many = { ...report, regions: Array.from({ length: 500 }, () => region) };
    const table = section(many, 'memory').find((block) => block.kind === 'table');
    expect((table?.rows.length ?? 0) + (table?.leftOut ?? 0)).toBe(500);
    expect(table?.leftOut).toBeGreaterThan(0);
    expect(htmlReport.render(many)).toContain(`${table?.leftOut ?? 0} more are in the JSON report`);
    expect(markdownReport.render(many)).toContain(`${table?.leftOut ?? 0} more are in the JSON report`);
  });
});

describe('backtraces', () => {
  it('of idle tasks with the same functions are one: no other task is left out for them', async () => {
    const path = join(folder, 'large.elf');
    largeSystem(path, { cpus: 48, tasks: 100, symbols: 2000, logBits: 12, modules: 2, moduleSymbols: 2 });
    const report = await reportOf(path, '--sections', 'backtraces');
    if (report.backtraces === undefined || 'why' in report.backtraces) throw new Error('the stacks were not followed');
    const { traces, sameStacks, leftOut } = report.backtraces;
    expect(traces[0]?.crashed).toBe(true);
    const cpus = [...traces.map(({ cpu }) => cpu ?? -1), ...sameStacks.flatMap((same) => same.cpus)];
    expect(leftOut).toBe(0);
    expect(cpus.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 48 }, (_, cpu) => cpu));
    for (const { trace } of sameStacks) expect(traces[trace]?.task?.pid).toBe(0);
    expect(text(section(report, 'backtraces'))).toMatch(/^Idle tasks with the same functions on the stack: CPUs \d+-47 \(\d+ CPUs\)\.$/m);
  });
});

describe('a report that compares', () => {
  it('begins with both dumps side by side, then has what differs in tables, then the case', async () => {
    const report = await reportOf(damaged, '--with', healthy);
    const sections = documentSections(report, {});
    expect(sections.slice(0, 3).map(({ id }) => id)).toEqual(['comparison', 'differences', 'case']);
    const [first, second, third] = sections;
    expect(text(first?.blocks ?? [])).toContain(report.comparison?.summary);
    const beside = first?.blocks.find((block) => block.kind === 'table')?.rows.map((row) => row.map(plainText)) ?? [];
    expect(beside.find(([, name]) => name === 'Verdict')).toEqual([
      expect.stringMatching(/^(?:same|differs)$/),
      'Verdict',
      report.verdict.title,
      report.comparison?.other?.verdict.title,
    ]);
    expect(beside.find(([, name]) => name === 'Machine')?.[0]).toBe(
      beside.find(([, name]) => name === 'Machine')?.[2] === beside.find(([, name]) => name === 'Machine')?.[3] ? 'same' : 'differs',
    );
    expect(second?.blocks.some((block) => block.kind === 'table' && block.columns.some(({ title }) => title === 'the other dump'))).toBe(true);
    for (const { title } of report.comparison?.parts ?? []) expect(text(second?.blocks ?? [])).toContain(title);
    // There are contents once.
    expect([...(first?.blocks ?? []), ...(third?.blocks ?? [])].filter(({ kind }) => kind === 'contents')).toHaveLength(1);
  });
});

describe('report --sections', () => {
  it('shows those alone', async () => {
    const { out } = await runInProcess(['report', healthy, '--quick', '--sections', 'case,appendix']);
    expect([...out.matchAll(/<section id="([a-z]+)"/g)].map(([, id]) => id)).toEqual(['case', 'appendix']);
    const { code, err } = await runInProcess(['report', healthy, '--quick', '--sections', 'weather']);
    expect(code).toBe(2);
    expect(err).toContain('there is no section "weather"');
  });

  it('reads nothing for those that are left out, in any format', async () => {
    const report = await reportOf(healthy);
    for (const part of ['log', 'backtraces', 'lowcores', 'pages', 'analyses'] as const) expect(report[part], part).toBeDefined();
    const short = await reportOf(healthy, '--sections', 'case');
    for (const part of ['log', 'backtraces', 'lowcores', 'pages', 'analyses', 'checkBytes'] as const) expect(short[part], part).toBeUndefined();
    expect((await reportOf(healthy, '--sections', 'case', '--analysis', 'tasks')).analyses?.map(({ id }) => id)).toEqual(['tasks']);
  });

  it('has the usual analyses where none is named', async () => {
    expect((await reportOf(healthy)).analyses?.map(({ id }) => id)).toEqual(['problems', 'hangs', 'memory']);
    expect((await reportOf(healthy, '--analysis', 'modules')).analyses?.map(({ id }) => id)).toEqual(['modules']);
  });
});

describe('the page', () => {
  it('links each section, by ids that are there', async () => {
    const { out } = await runInProcess(['report', damaged, '--quick']);
    const links = [...out.matchAll(/<a href="#([a-z]+)">/g)].map(([, id]) => id);
    const ids = [...out.matchAll(/<section id="([a-z]+)"/g)].map(([, id]) => id);
    expect(links).toEqual(ids.slice(1));
    expect(links.length).toBeGreaterThan(5);
  });

  it('breaks long numbers between groups of digits, and nowhere else', async () => {
    const { out } = await runInProcess(['report', healthy, '--quick', '--sections', 'appendix']);
    const { identity } = await reportOf(healthy);
    expect(out).toContain((identity.match(/.{16}/g) ?? []).join('<wbr>'));
    for (const [number = ''] of out.matchAll(/0x[0-9a-f]+<wbr>[0-9a-f<>wbr]*/g)) expect(number).toMatch(/^0x(?:[0-9a-f]{16}<wbr>)+[0-9a-f]{1,16}$/);
  });
});
