/** What is registered is shown by a case: a format, a note type or a check that nothing demonstrates is not done. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { verdicts } from '../../src/shared/check-model.ts';
import { verdictClasses } from '../../src/shared/verdict-model.ts';
import { trusts } from '../../src/shared/fact.ts';
import { formatIds } from '../../src/shared/model.ts';
import { pageClasses, pageStates } from '../../src/shared/page-words.ts';
import { analyses } from '../../src/analysis/kernel/analyses/catalogue.ts';
import { dumpFormats } from '../../src/analysis/formats/index.ts';
import { checks } from '../../src/analysis/integrity/index.ts';
import { recognisers } from '../../src/analysis/kernel/verdict/recognisers/index.ts';
import { noteTypes } from '../../src/analysis/notes/index.ts';
import { reportFormats } from '../../src/analysis/report/index.ts';
import { toolName, toolVersion } from '../../src/analysis/engine/tool.ts';
import { commands } from '../../src/cli/commands/index.ts';
import { viewIds } from '../../src/renderer/state/view-id.ts';

const folder = new URL('../cases/', import.meta.url);
const answers = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Record<string, unknown>);

const infoAnswer = v.object({ container: v.object({ format: v.string() }) });
const notesAnswer = v.object({ notes: v.array(v.object({ name: v.string() })) });
const checkAnswer = v.object({ id: v.string(), verdict: v.string() });

/** Checks that need more than a dump: the tests that show them passed and failed. */
const elsewhere: Readonly<Record<string, string>> = {
  'packed-file': './cli/packed-copy.test.ts',
  'log-file': './integrity/log-file.test.ts',
  'dump-log': './integrity/dump-log.test.ts',
  'host-facts': './integrity/host-facts.test.ts',
  manifest: './integrity/manifest.test.ts',
  'index-digest': './integrity/index-digest.test.ts',
  attestation: './integrity/attestation.test.ts',
};
/** Formats that no header shows, or that are signed, so that no case can be written down. The test that opens such a dump. */
const unheaded: Readonly<Record<string, string>> = { memory: './formats/given-memory.test.ts', capsule: './cli/capsule.test.ts' };
/** A slot: there is nothing that it could pass or fail. */
const neverPublished = 'meminfo-2011';

const unique = (values: readonly string[]): boolean => new Set(values).size === values.length;

describe('registries', () => {
  it('formats: each has a golden case, its id is in the contract, no two share one', () => {
    const shown = answers.flatMap(({ info }) => (v.is(infoAnswer, info) ? [info.container.format] : []));
    expect(dumpFormats.map(({ id }) => id).filter((id) => !shown.includes(id) && !(id in unheaded))).toEqual([]);
    for (const [id, file] of Object.entries(unheaded)) expect(readFileSync(new URL(file, import.meta.url), 'utf8'), file).toContain(`'${id}'`);
    expect(dumpFormats.map(({ id }) => id).filter((id) => !formatIds.includes(id))).toEqual([]);
    expect(unique(dumpFormats.map(({ id }) => id))).toBe(true);
    expect(dumpFormats.filter(({ title, extensions }) => title === '' || extensions.length === 0 || extensions.some((one) => one.startsWith('.')))).toEqual([]);
  });

  it('formats: none takes another one for its own', () => {
    const nothing = new Uint8Array(4096);
    const source = { name: 'zeros', size: 4096, readInto: () => 4096 };
    for (const format of dumpFormats)
      for (const length of [0, 1, 7, 8, 63, 64, 4095, 4096]) expect(format.probe(nothing.subarray(0, length), source), format.id).toEqual({ answer: 'no' });
  });

  it('note types: each has a golden case, and no two claim the same note', () => {
    const shown = answers.flatMap(({ notes }) => (v.is(notesAnswer, notes) ? notes.notes.map(({ name }) => name) : []));
    expect(noteTypes.map(({ name }) => name).filter((name) => !shown.includes(name))).toEqual([]);
    const claims = noteTypes.flatMap(({ owners, type, architectures }) =>
      owners.flatMap((owner) => (architectures ?? ['any']).map((one) => `${owner} ${type} ${one}`)),
    );
    expect(claims.filter((claim, index) => claims.indexOf(claim) !== index)).toEqual([]);
  });

  it('checks: each passes in one golden case and fails in another', () => {
    const all = answers.flatMap((answer) =>
      Object.entries(answer).flatMap(([key, value]) => (key.startsWith('check:') && v.is(checkAnswer, value) ? [value] : [])),
    );
    const whole = answers.flatMap(({ verify }) => (v.is(v.object({ checks: v.array(checkAnswer) }), verify) ? verify.checks : []));
    const verdicts = (id: string): readonly string[] => [...all, ...whole].filter((one) => one.id === id).map(({ verdict }) => verdict);
    const shown = checks.map(({ id }) => id).filter((id) => !(id in elsewhere) && id !== neverPublished);
    expect(shown.filter((id) => !verdicts(id).includes('passed'))).toEqual([]);
    expect(shown.filter((id) => !verdicts(id).includes('failed'))).toEqual([]);
    expect(verdicts(neverPublished).filter((verdict) => verdict !== 'not-recorded' && verdict !== 'not-applicable')).toEqual([]);
    for (const [id, file] of Object.entries(elsewhere)) {
      const text = readFileSync(new URL(file, import.meta.url), 'utf8');
      for (const part of [id, "'passed'", "'failed'"]) expect(text, `${file} shows ${id}`).toContain(part);
    }
    expect(unique(checks.map(({ id }) => id))).toBe(true);
  });

  it('checks: each brings its words: a title that is right under any verdict, a sentence for its failure, a gravity of its own', () => {
    // A title that states something is wrong where the check fails, or was not run.
    const stating = /\b(?:is|are|was|were|has|have|does|do|not|matches?|agrees?|fits?|names?|counts?|comes?|belongs?)\b|\.$|^$/;
    expect(checks.map(({ title }) => title).filter((title) => stating.test(title))).toEqual([]);
    expect(checks.map(({ failure }) => failure).filter((failure) => !/^\S.*[^.]\.$/.test(failure))).toEqual([]);
    expect(unique(checks.map(({ gravity }) => String(gravity)))).toBe(true);
    expect(checks.filter(({ gravity }) => !Number.isInteger(gravity) || gravity < 1 || gravity > 100)).toEqual([]);
    // Whether the bytes are those that somebody vouches for comes before everything that they say.
    expect(checks.reduce((first, one) => (one.gravity > first.gravity ? one : first)).id).toBe('attestation');
  });

  it('analyses: names that every door can take, keys that are columns, words for everything', () => {
    const tables = analyses.map(({ table }) => table);
    expect(unique(tables.map(({ id }) => id))).toBe(true);
    expect(unique(tables.map(({ title }) => title))).toBe(true);
    /** Options of `analyse` that are no parameter. */
    const taken = new Set([
      'json',
      'quiet',
      'color',
      'no-color',
      'help',
      'volume',
      'view',
      'vmlinux',
      'system-map',
      'vmcoreinfo',
      'dmesg',
      'dump-log',
      'host-facts',
      'csv',
      'rows',
      'with',
    ]);
    for (const table of tables) {
      const columns = table.columns.map(({ name }) => name);
      expect(table.id).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
      expect(
        columns.filter((name) => !/^[a-z][A-Za-z0-9]*$/.test(name)),
        table.id,
      ).toEqual([]);
      // SQL does not tell small letters from capital ones.
      expect(unique(columns.map((name) => name.toLowerCase())), table.id).toBe(true);
      expect(table.key.length).toBeGreaterThan(0);
      expect(
        [
          ...table.key,
          ...(table.grouping ?? []),
          ...(table.comparing?.elsewhere ?? []).flat(),
          ...(table.comparing?.passing ?? []),
          ...(table.comparing?.sums ?? []),
          table.comparing?.weight ?? [],
          table.comparing?.first?.column ?? [],
        ]
          .flat()
          .filter((name) => !columns.includes(name)),
        table.id,
      ).toEqual([]);
      expect(
        table.parameters.filter(({ name }) => taken.has(name) || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)),
        table.id,
      ).toEqual([]);
      expect(
        [table, ...table.columns, ...table.parameters].filter(({ about }) => about === ''),
        table.id,
      ).toEqual([]);
      expect(
        table.columns.filter(({ type, space }) => space !== undefined && type !== 'address'),
        table.id,
      ).toEqual([]);
    }
  });

  it('reports and commands: ids and names are used once', () => {
    expect(unique(reportFormats.map(({ id }) => id))).toBe(true);
    expect(unique(commands.flatMap(({ name, alias }) => (alias === undefined ? [name] : [name, alias])))).toBe(true);
  });

  it('docs/contract.md names what the registries hold, and nothing else where its lists are closed', () => {
    const contract = readFileSync(new URL('../../docs/contract.md', import.meta.url), 'utf8');
    const names = (text: string | undefined): string[] => [...(text ?? '').matchAll(/`([a-z0-9-]+)`/g)].map(([, name = '']) => name).sort();
    const list = (title: string): string[] => names(new RegExp(`\\*\\*${title}\\*\\*[^:]*:([^.;]*)`).exec(contract)?.[1]);
    const rows = (section: string): string[] =>
      [...(contract.split(`\n## ${section}. `)[1]?.split('\n## ')[0] ?? '').matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map(([, name = '']) => name).sort();
    const sorted = (values: readonly string[]): string[] => [...values].sort();
    expect(rows('1')).toEqual(sorted(commands.map(({ name }) => name)));
    expect(list('Formats')).toEqual(sorted(formatIds));
    expect(list('Checks')).toEqual(sorted(checks.map(({ id }) => id)));
    expect(list('Verdicts')).toEqual(sorted(verdicts));
    expect(list('Verdict classes')).toEqual(sorted(verdictClasses));
    expect(sorted([...new Set(recognisers.flatMap(({ classes }) => classes))])).toEqual(
      sorted(verdictClasses.filter((name) => name !== 'running' && name !== 'unknown')),
    );
    expect(unique(recognisers.map(({ id }) => id))).toBe(true);
    expect(list('Views of the window')).toEqual(sorted(viewIds));
    expect(list('Report formats')).toEqual(sorted(reportFormats.map(({ id }) => id)));
    expect(rows('7')).toEqual(sorted(trusts));
    for (const word of [...pageStates, ...pageClasses]) expect(contract).toContain(`\`${word}\``);
  });

  it('the version is that of the package', () => {
    const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(manifest).toMatchObject({ name: toolName, version: toolVersion });
  });
});
