/**
 * docs/recipes/add-an-analysis.md on a copy of the repository: after one new file and its line in the registry every door that a process can show
 * knows the analysis. The window is shown by test/e2e/recipe-analysis.test.ts.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { analysesSchema, analysisSchema, rowSchemaOf } from '../../../src/shared/analysis-table.ts';
import { analysisComparisonSchema } from '../../../src/shared/analysis-compare.ts';
import { compareSchema } from '../../../src/shared/compare-model.ts';
import { sqlSchema } from '../../../src/shared/memory-model.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import { runCliProcess, type CliResult } from '../../cli-process.ts';
import { copyRepository } from '../../copied-repository.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { addToyAnalysis, toyAnalysis } from '../../toy-analysis.ts';

const folder = scratchFolder();
const copy = copyRepository(folder);
const write = (name: string, state: string): string => {
  const path = join(folder, name);
  writeFileSync(path, buildCase(`system healthy state=${state}\nformat elf-vmcore producer=qemu`));
  return path;
};
const crashed = write('crashed.elf', 'kdump');
const running = write('running.elf', 'running');
const env = { ...process.env, XDG_CACHE_HOME: folder };
const dumpbench = (...args: readonly string[]): Promise<CliResult> => runCliProcess(args, { entry: copy.cli, env });
const { id } = toyAnalysis;

beforeAll(() => {
  addToyAnalysis(copy);
});

describe('one file and one line', () => {
  it('the catalogue, the help and the reference page name it', async () => {
    const catalogue = v.parse(analysesSchema, JSON.parse((await dumpbench('analyse', crashed, '--json')).out));
    expect(catalogue.analyses.find((one) => one.id === id)).toMatchObject({
      key: ['word'],
      grouping: ['grave'],
      parameters: [{ name: 'at-least', type: 'count' }],
    });
    expect((await dumpbench('analyse', '--help')).out).toContain('--at-least <count>');
    await runCliProcess([], { entry: join(copy.root, 'scripts', 'analysis-reference.ts'), env });
    expect(readFileSync(join(copy.root, 'resources', 'reference', 'analyses.md'), 'utf8')).toContain('SELECT * FROM analysis_log_words(at_least)');
  });

  it('command, JSON and CSV show its rows, and what is missing', async () => {
    const shown = await dumpbench('analyse', crashed, id, '--at-least', '2');
    expect(shown.code).toBe(0);
    expect(shown.out).toMatch(/^word +times +letters +grave\n/);
    expect(shown.out).toMatch(/^crash +2 +10 bytes +yes$/m);
    expect(shown.err).toBe('dumpbench: only part could be read; missing:\n  words after the panic: nobody wrote them\n');
    const answer = v.parse(analysisSchema, JSON.parse((await dumpbench('analyse', crashed, id, '--json')).out));
    v.parse(v.array(rowSchemaOf(answer.columns)), answer.rows);
    expect(answer).toMatchObject({ id, complete: false, missing: [{ what: 'words after the panic', why: 'nobody wrote them' }] });
    expect(answer.rows).toContainEqual({ word: 'crash', times: 2, letters: 10, grave: true });
    const csv = await dumpbench('analyse', crashed, id, '--csv', '--quiet');
    expect(csv.out).toContain('word,times,letters,grave\r\n');
    expect(csv.out).toContain('crash,2,10,true\r\n');
  });

  it('a report has a section of it', async () => {
    const { out } = await dumpbench('report', crashed, '--quick', '--analysis', `${id},at-least=2`, '--format', 'html');
    expect(out).toContain(`<h3>${toyAnalysis.title}</h3>`);
    expect(out).toContain('<td class="text">crash</td>');
    expect(out).toContain('words after the panic: nobody wrote them');
  });

  it('SQL queries it, with its parameter and its warning', async () => {
    const query = "SELECT word, times, grave FROM analysis_log_words(2) WHERE word = 'crash'";
    const answer = v.parse(sqlSchema, JSON.parse((await dumpbench('sql', crashed, query, '--json')).out));
    expect(answer).toMatchObject({ rows: [['crash', 2, 1]], warnings: [expect.stringContaining('analysis_log_words could read only a part')] });
  });

  it('a comparison matches its rows by the key', async () => {
    const alone = v.parse(analysisComparisonSchema, JSON.parse((await dumpbench('analyse', running, id, '--with', crashed, '--json')).out));
    expect(alone.differences.find(({ right }) => right?.word === 'panic')).toMatchObject({ kind: 'onlyRight' });
    const { code, out } = await dumpbench('compare', running, crashed, '--analysis', id, '--json');
    expect(code).toBe(1);
    expect(v.parse(compareSchema, JSON.parse(out)).analyses?.[0]?.counts).toEqual(alone.counts);
  });
});
