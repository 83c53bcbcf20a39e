/** --known-issues: what fits the verdict of a dump is in triage and in every report. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { reportFormats } from '../../../src/analysis/report/index.ts';
import { triageSchema } from '../../../src/shared/triage-model.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { commandFiles } from './command-files.ts';

const folder = scratchFolder();
const { healthy } = commandFiles(folder);
let count = 0;
const listOf = (...lines: readonly unknown[]): string => {
  const path = join(folder, `${count++}.jsonl`);
  writeFileSync(path, lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'));
  return path;
};
const known = listOf({ class: 'operator-request', text: 'asked for on Mondays', link: 'https://issues.example/1' }, '', {
  class: 'deadlock',
  text: 'not this one',
});

describe('known issues on the command line', () => {
  it('that fit are in the triage, as text and as JSON', async () => {
    const text = await runInProcess(['triage', healthy, '--known-issues', known]);
    expect(text.out).toContain('asked for on Mondays (https://issues.example/1)');
    expect(text.out).not.toContain('not this one');
    const json = v.parse(triageSchema, JSON.parse((await runInProcess(['triage', healthy, '--known-issues', known, '--json'])).out));
    expect(json.dumps[0]?.verdict.knownIssues).toEqual([{ text: 'asked for on Mondays', link: 'https://issues.example/1' }]);
    const without = v.parse(triageSchema, JSON.parse((await runInProcess(['triage', healthy, '--json'])).out));
    expect(without.dumps[0]?.verdict.knownIssues).toBeUndefined();
  });

  it.each(reportFormats.map(({ id }) => id))('that fit are in the report: %s', async (format) => {
    const { out, code } = await runInProcess(['report', healthy, '--quick', '--format', format, '--known-issues', known]);
    expect(code).toBe(0);
    expect(out).toContain('asked for on Mondays');
    expect(out).not.toContain('not this one');
  });

  it('of a list in which none fits are said to be none', async () => {
    const { out } = await runInProcess(['triage', healthy, '--known-issues', listOf({ class: 'deadlock', text: 'x' })]);
    expect(out).toContain('none of the given issues matches');
  });

  it.each([
    ['no JSON', ['{"class":"bug","text":"x"}', '{"class":'], /line 2: it is not JSON/],
    [
      'another class',
      [{ class: 'null pointer', text: 'x' }],
      /line 1: it is not a valid known issue: class: expected \(.*null-pointer.*\), found "null pointer"/,
    ],
    ['nothing to match', [{ text: 'x' }], /line 1: .*has none of class, title, frames, and stack/],
  ] as const)('that are none are refused, with their line: %s', async (_, lines, words) => {
    const { code, err } = await runInProcess(['triage', healthy, '--known-issues', listOf(...lines)]);
    expect(code).toBe(2);
    expect(err).toMatch(words);
  });

  it('are a regular file', async () => {
    const { code, err } = await runInProcess(['triage', healthy, '--known-issues', folder]);
    expect(code).toBe(3);
    expect(err).toContain('it is a directory');
  });
});
