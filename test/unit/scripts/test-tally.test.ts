import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { testsThatAskForDumps } from '../../../scripts/more-dumps.mjs';
import { gateMinutes, suiteMinutes } from '../../../scripts/test-budget.mjs';
import { addTallies, closingLine, emptyTally, timeTable } from '../../../scripts/test-tally.mjs';

const tests = fileURLToPath(new URL('../../', import.meta.url));
const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

describe('a tally', () => {
  const one = {
    ...emptyTally(),
    passed: 3,
    skipped: 2,
    suites: { 'test/unit': { files: 1, tests: 5, milliseconds: 90_000 } },
    lacking: { window: 1 },
    notes: { 'not as root': 1 },
  };
  const other = {
    ...emptyTally(),
    passed: 1,
    failed: 1,
    suites: { 'test/unit': { files: 2, tests: 2, milliseconds: 30_000 } },
    lacking: { window: 2 },
    failures: ['y: 1 is not 2'],
    unexplained: ['x'],
  };

  it('of several runs adds up', () => {
    const both = addTallies(one, other);
    expect(closingLine(both)).toBe('4 passed, 1 failed, 2 skipped');
    expect(both).toMatchObject({
      suites: { 'test/unit': { files: 3, tests: 7, milliseconds: 120_000 } },
      lacking: { window: 3 },
      notes: { 'not as root': 1 },
      failures: ['y: 1 is not 2'],
      unexplained: ['x'],
    });
    // What was added is as it was.
    expect(one.suites['test/unit'].files).toBe(1);
  });

  it('says which suite took longer than it may', () => {
    const both = addTallies(one, { ...other, suites: { lint: { files: 0, tests: 0, milliseconds: 6000 } } });
    expect(timeTable(both, { 'test/unit': 1 })).toEqual([
      'suite      files  tests     took              budget',
      'test/unit      1      5  1.5 min  1 min  over budget',
      'lint           0      0  0.1 min',
    ]);
  });
});

describe('the budget', () => {
  it('is the one that the README shows', () => {
    const rows = [...readme.matchAll(/^\| ([a-z][a-z0-9/ ]*) \| (\d+) \|$/gm)].map(([, name, minutes]) => [name, Number(minutes)]);
    expect(Object.fromEntries(rows)).toEqual(suiteMinutes);
    expect(readme).toContain(`It may take ${gateMinutes} minutes`);
  });

  it('is within that of the gate: two workers share the tests', () => {
    const { install = 0, lint = 0, ...suites } = suiteMinutes;
    const tested = Object.values(suites).reduce((sum, minutes) => sum + minutes, 0) / 2;
    expect(install + lint + tested).toBeLessThanOrEqual(gateMinutes);
  });

  it('covers every folder of tests', () => {
    const folders = readdirSync(tests, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => (name.includes('/') ? `test/${name.split('/')[0] ?? ''}` : 'test'));
    expect([...new Set(folders)].filter((name) => !(name in suiteMinutes))).toEqual([]);
  });
});

describe('tests that ask for real dumps', () => {
  it('are found through whatever they import', () => {
    const asking = testsThatAskForDumps();
    // One imports test/dumps.ts itself, the other through two files.
    expect(asking).toEqual(expect.arrayContaining(['test/e2e/walkthrough.test.ts', 'test/oracle/readelf.test.ts']));
    expect(asking).not.toContain('test/unit/codec/page-codecs.test.ts');
  });
});
