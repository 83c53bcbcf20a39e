/**
 * What proves each analysis: an oracle on real dumps in which an altered answer is noticed, and hostile memory that it ends on. Both are found by its id or
 * its file, so that a new analysis needs no line here; where they are not, this test says what is lacking. Damage to real dumps, comparison, SQL, and the
 * reference page run through the registry by themselves (analyses-damaged, compare-analyses, analysis-sql, analysis-reference); reports below.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { analyses } from '../../src/analysis/kernel/analyses/catalogue.ts';
import { runInProcess } from '../cli-in-process.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { commandFiles } from './cli/command-files.ts';

const scratch = scratchFolder();
const tests = fileURLToPath(new URL('..', import.meta.url));
const sources = fileURLToPath(new URL('../../src/analysis/kernel/analyses/', import.meta.url));

const filesBelow = (folder: string, ending: string): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(join(tests, folder), { recursive: true })
      .map(String)
      .filter((name) => name.endsWith(ending))
      .map((name) => [`${folder}/${name}`, readFileSync(join(tests, folder, name), 'utf8')] as const),
  );
const oracles = filesBelow('oracle', '.test.ts');
const onBuiltMemory = new Map([...filesBelow('unit', '.test.ts'), ...filesBelow('faults', '.test.ts')]);

/** These run through the registry, and are the proof of none. */
const ofAll = new Set(['oracle/compare-analyses.test.ts', 'oracle/analyses-damaged.test.ts', 'unit/engine/analyses.test.ts', 'unit/analysis-proofs.test.ts']);

/** Tests that know an analysis by what its rows are made from. */
const oracleOf: Readonly<Record<string, string>> = {
  log: 'oracle/kernel/dmesg.test.ts',
  'memory-usage': 'oracle/tasks/kernel-state.test.ts',
  // Its records are those of two others, in the order of their times.
  'merged-log': 'oracle/kernel/debug-feature.test.ts',
  modules: 'oracle/tasks/kernel-state.test.ts',
};
const hostileOf: Readonly<Record<string, string>> = {
  backtraces: 'unit/arch/unwind-nowhere.test.ts',
  'ftrace-text': 'unit/kernel/ftrace-damage.test.ts',
  hangs: 'unit/kernel/hangs.test.ts',
  log: 'unit/kernel/log.test.ts',
  mappings: 'unit/kernel/containers.test.ts',
  'memory-usage': 'unit/kernel/containers.test.ts',
  modules: 'faults/large-systems.test.ts',
  problems: 'unit/kernel/problems.test.ts',
  'process-memory': 'unit/kernel/process-memory.test.ts',
  tasks: 'faults/large-systems.test.ts',
};

const altered = /altered|twin|unnoticed|not\.toEqual/i;
const hostile = /million|leads? back|in a circle|circle|every walk ends|endless|\bends\b|1 << 2\d|2 \*\* 2\d|\d_000_000\b/i;

const definitions = readdirSync(sources)
  .filter((name) => name.endsWith('.ts'))
  .map((name) => [name, readFileSync(join(sources, name), 'utf8')] as const);
const fileOf = (id: string): string => definitions.find(([, text]) => text.includes(`id: '${id}'`))?.[0] ?? '';
const names = (id: string, text: string): boolean => text.includes(`'${id}'`) || text.includes(`analyses/${fileOf(id)}'`);

/** Files that name the analysis and fit, but for those that run through all. */
const found = (id: string, files: ReadonlyMap<string, string>, pattern: RegExp, named: string | undefined): readonly string[] =>
  [...files].flatMap(([path, text]) => (!ofAll.has(path) && (path === named || names(id, text)) && pattern.test(text) ? [path] : []));

it('each analysis has an oracle on real dumps, in which an altered answer is noticed', () => {
  const lacking = analyses
    .filter(({ table: { id } }) => found(id, oracles, altered, oracleOf[id]).length === 0)
    .map(
      ({ table: { id } }) => `${id}: add a test in test/oracle that names '${id}', holds it against a text of a guest or a tool, and notices an altered answer`,
    );
  expect(lacking).toEqual([]);
});

it('each analysis is run on hostile memory: a list of a million, or one that leads back, ends', () => {
  const lacking = analyses
    .filter(({ table: { id } }) => found(id, onBuiltMemory, hostile, hostileOf[id]).length === 0)
    .map(
      ({ table: { id } }) =>
        `${id}: add a test in test/unit/kernel that imports analyses/${fileOf(id)} and shows that a list of a million, or one that leads back, ends`,
    );
  expect(lacking).toEqual([]);
});

it('the lists above name files that are there, of analyses that are registered', () => {
  const ids = new Set(analyses.map(({ table }) => table.id));
  expect([...Object.keys(oracleOf), ...Object.keys(hostileOf)].filter((id) => !ids.has(id))).toEqual([]);
  expect([...Object.values(oracleOf)].filter((path) => !oracles.has(path))).toEqual([]);
  expect([...Object.values(hostileOf)].filter((path) => !onBuiltMemory.has(path))).toEqual([]);
  // An analysis that nobody tests would be noticed.
  expect(found('no-such-analysis', oracles, altered, undefined)).toEqual([]);
});

it('a report has a section of each, with its rows or what is missing', async () => {
  const { healthy } = commandFiles(scratch);
  const asked = analyses.flatMap(({ table: { id, parameters } }) => {
    const needed = parameters.flatMap(({ name, type, required }) => (required === true ? [`${name}=${type === 'text' ? 'panic' : '1'}`] : []));
    return ['--analysis', [id, ...needed].join(',')];
  });
  const { code, out, err } = await runInProcess(['report', healthy, '--quick', '--format', 'markdown', ...asked]);
  expect([code, err]).toEqual([0, expect.any(String)]);
  expect(analyses.filter(({ table }) => !out.includes(`## ${table.title}`)).map(({ table }) => table.id)).toEqual([]);
});
