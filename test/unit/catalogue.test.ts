/** What the registries hold is what every door lists: command line, window and packages. None has a list of its own. */
import { globSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { fileAssociations, mimePackage } from '../../scripts/file-associations.mjs';
import { catalogueSchema, type Catalogue, type FileMark, type FileType } from '../../src/shared/catalogue-model.ts';
import { engineProtocol } from '../../src/shared/engine-protocol.ts';
import { memoryViews } from '../../src/shared/model.ts';
import { connect, serve } from '../../src/shared/rpc.ts';
import { createEngine } from '../../src/analysis/engine/engine.ts';
import { portPair } from '../../src/analysis/engine/in-process.ts';
import { dumpFormats } from '../../src/analysis/formats/index.ts';
import { checks } from '../../src/analysis/integrity/index.ts';
import { manifestFormats } from '../../src/analysis/integrity/manifest.ts';
import { analyses } from '../../src/analysis/kernel/analyses/catalogue.ts';
import { reportFormats } from '../../src/analysis/report/index.ts';
import { catalogueLists } from '../../src/cli/text/catalogue-text.ts';
import type { EngineStatus } from '../../src/renderer/engine/engine-link.ts';
import type { Shell } from '../../src/renderer/shell/shell-calls.ts';
import { exportFormats } from '../../src/renderer/state/catalogue.ts';
import { createStore } from '../../src/renderer/state/store.ts';
import { createFleet } from '../../src/renderer/state/fleet.ts';
import { createWorkbench } from '../../src/renderer/workbench.ts';
import { caseFiles } from '../case-files.ts';
import { runInProcess } from '../cli-in-process.ts';

const printed = async (...args: readonly string[]): Promise<string> => (await runInProcess(args)).out;
const catalogue: Catalogue = v.parse(catalogueSchema, JSON.parse(await printed('catalogue', '--json')));
const ids = (list: readonly { readonly id: string }[]): readonly string[] => list.map(({ id }) => id);
const sorted = (list: readonly string[]): readonly string[] => [...list].sort();

describe('the catalogue', () => {
  it('is what the registries hold', () => {
    expect(sorted(ids(catalogue.formats))).toEqual(sorted(ids(dumpFormats)));
    expect(ids(catalogue.checks)).toEqual(ids(checks));
    expect(ids(catalogue.reports)).toEqual([...ids(reportFormats), ...ids(manifestFormats), 'attestation']);
    expect(ids(catalogue.views)).toEqual(memoryViews);
    expect(catalogue.analyses).toEqual(analyses.map(({ table }) => table));
  });

  it('is what docs/opens.md lists', () => {
    const opens = readFileSync(new URL('../../docs/opens.md', import.meta.url), 'utf8');
    expect(catalogue.formats.filter(({ title }) => !opens.includes(`\n| ${title} | `))).toEqual([]);
  });

  it('has a description for every entry, and no two entries of a list share a title', () => {
    for (const list of catalogueLists) {
      const titles = catalogue[list].map(({ title }) => title);
      expect(titles.filter((title, at) => title === '' || titles.indexOf(title) !== at)).toEqual([]);
    }
    for (const { about } of [...catalogue.formats, ...catalogue.reports, ...catalogue.views]) expect(about).toMatch(/^\S.*[^.]$/);
  });
});

describe('the command line', () => {
  it('lists every entry, all lists at once and one by one', async () => {
    const whole = await printed('catalogue');
    for (const list of catalogueLists) {
      const text = await printed('catalogue', list);
      expect(whole).toContain(text);
      for (const { id } of catalogue[list])
        expect(
          text.split('\n').some((line) => ` ${line} `.includes(` ${id} `)),
          `${list}: ${id}`,
        ).toBe(true);
    }
    for (const list of ['formats', 'checks', 'reports', 'views'] as const) for (const { title } of catalogue[list]) expect(whole).toContain(title);
  });

  it('lists in its help the values of its options', async () => {
    const help = async (command: string): Promise<string> => (await printed(command, '--help')).replaceAll(/\s+/g, ' ');
    const [report, manifest, analyse] = [await help('report'), await help('manifest'), await help('analyse')];
    for (const { id, kind } of catalogue.reports)
      if (kind !== 'attestation') expect(kind === 'report' ? report : manifest).toMatch(new RegExp(`--format <format> [^-]*\\b${id}\\b`));
    for (const { id, title } of catalogue.views) expect(report).toContain(`${id}, ${title}`);
    for (const { parameters } of catalogue.analyses) for (const { name } of parameters) expect(analyse).toContain(`--${name} `);
  });

  it('calls formats by their titles', async () => {
    const { formatTitle } = await import('../../src/cli/text/catalogue-text.ts');
    for (const { id, title } of catalogue.formats) expect(formatTitle(id)).toBe(title);
  });
});

describe('the window', () => {
  it('asks the engine, hands on all that it makes, and filters its open dialog by all endings', async () => {
    const [door, inside] = portPair();
    const engine = createEngine();
    serve(engineProtocol, engine.handlers, inside);
    const client = connect(engineProtocol, door);
    const status = createStore<EngineStatus>({ state: 'starting', generation: 0 });
    const asked: unknown[] = [];
    const shell = {
      call: (method: string, params: unknown) => {
        asked.push([method, params]);
        return Promise.resolve({ paths: [] });
      },
      onEvent: () => undefined,
      pathOf: () => '',
    } as unknown as Shell;
    const link = { status, call: client.call.bind(client), onShellEvent: () => undefined };
    const kept = { read: () => undefined, write: () => undefined };
    const fleet = createFleet({ start: () => Promise.reject(new Error('nobody asks for a catalogue')) }, kept);
    const workbench = createWorkbench(link, shell, { light: false, moreContrast: false }, kept, fleet);
    try {
      status.set({ state: 'ready', generation: 1 });
      await expect.poll(() => workbench.catalogue.get()).toEqual(catalogue);
      await workbench.askPaths();
      const extensions = asked.flatMap((one) =>
        v.is(v.tuple([v.literal('chooseDumps'), v.object({ extensions: v.array(v.string()) })]), one) ? one[1].extensions : [],
      );
      expect(sorted(extensions)).toEqual(sorted([...new Set(dumpFormats.flatMap((format) => format.extensions))]));
      expect(ids(exportFormats(workbench.catalogue.get())).filter((id) => id !== 'pdf')).toEqual(ids(catalogue.reports));
      expect(exportFormats(catalogue).find(({ id }) => id === 'pdf')).toMatchObject({ format: 'html', printed: true });
    } finally {
      workbench.engineWatch.stop();
      workbench.fileWatch.stop();
      client.close();
      engine.close();
    }
  });
});

describe('the packages', () => {
  it('open the files of every format that has a kind of its own, and sessions', () => {
    const made = fileAssociations(catalogue);
    expect(sorted(made.map(({ ext }) => String(ext)))).toEqual(
      sorted([...new Set(dumpFormats.flatMap(({ fileType }) => (fileType === undefined ? [] : [fileType.extension]))), 'dumpbench.json']),
    );
    for (const { extensions, fileType } of dumpFormats) if (fileType !== undefined) expect(extensions).toContain(fileType.extension);
    for (const { mimeType, name, description } of made) expect([mimeType, name, description].every((text) => text !== undefined && text !== '')).toBe(true);
  });
});

describe('the marks by which a desktop tells dumps', () => {
  const built = caseFiles().map(({ name, bytes }) => ({ name, head: Buffer.from(bytes.subarray(0, 4096)) }));
  /** As QEMU and zgetdump write it for few CPUs; our builders put the note behind the registers of all. */
  const early = Buffer.from(built.find(({ name }) => name === 'sample-healthy.vmcore')!.head);
  early.write('VMCOREINFO\0', 2004);
  const heads = [...built, { name: 'a vmcore with an early note', head: early }];
  const types = new Map(dumpFormats.flatMap(({ fileType }) => (fileType === undefined ? [] : [[fileType.mimeType, fileType]])));
  const hasMark = (head: Buffer, { offset, to = offset, hex }: FileMark): boolean => {
    const at = head.indexOf(Buffer.from(hex, 'hex'), offset);
    return at !== -1 && at <= to;
  };
  const fits = (head: Buffer, { magic = [] }: FileType): boolean => magic.some((marks) => marks.every((mark) => hasMark(head, mark)));
  const source = { name: 'a file', size: 1 << 20, readInto: () => 0 };

  it('are those of files that the format takes for its own', () => {
    for (const type of types.values()) {
      const found = heads.filter(({ head }) => fits(head, type));
      if (type.magic !== undefined) expect(found, type.mimeType).not.toEqual([]);
      const own = dumpFormats.filter(({ fileType }) => fileType?.mimeType === type.mimeType);
      const isStream = (head: Buffer): boolean => head.toString('latin1', 0, 12) === 'makedumpfile';
      for (const { name, head } of found)
        if (!isStream(head))
          expect(
            own.some((format) => format.probe(head, source).answer !== 'no'),
            name,
          ).toBe(true);
    }
  });

  it('are never those of two kinds', () => {
    for (const { name, head } of heads) expect([...types.values()].filter((type) => fits(head, type)).length, name).toBeLessThanOrEqual(1);
  });

  it('are all in what is given to the desktop', () => {
    const given = mimePackage(catalogue);
    const marks = [...types.values()].flatMap(({ magic = [] }) => magic.flat());
    expect(given.match(/<match /g)).toHaveLength(marks.length);
    expect(given.match(/<mime-type /g)).toHaveLength(types.size + 1);
  });
});

describe('no door', () => {
  const root = new URL('../../', import.meta.url).pathname;
  /** Ids that mean other things too, in lists that are no copies of a registry. */
  const evidence = ['manifest', 'attestation'];
  const registries: Readonly<Record<string, readonly string[]>> = {
    formats: ids(catalogue.formats),
    'titles of formats': catalogue.formats.map(({ title }) => title),
    endings: [...new Set(catalogue.formats.flatMap(({ extensions }) => extensions))],
    checks: ids(catalogue.checks).filter((id) => !evidence.includes(id)),
    reports: ids(catalogue.reports).filter((id) => !evidence.includes(id)),
    'titles of reports': catalogue.reports.map(({ title }) => title),
    views: ids(catalogue.views),
  };

  /** Names of strings and of keys in one list or one object. */
  function membersOf(node: ts.Node): readonly string[] {
    if (ts.isArrayLiteralExpression(node))
      return node.elements.flatMap((one) => (ts.isStringLiteralLike(one) ? [one.text] : ts.isObjectLiteralExpression(one) ? membersOf(one) : []));
    if (!ts.isObjectLiteralExpression(node)) return [];
    return node.properties.flatMap((one) => {
      if (!ts.isPropertyAssignment(one)) return [];
      const key = ts.isIdentifier(one.name) || ts.isStringLiteralLike(one.name) ? [one.name.text] : [];
      return ts.isStringLiteralLike(one.initializer) ? [...key, one.initializer.text] : key;
    });
  }
  const listsIn = (file: string, text: string): readonly string[] => {
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS);
    const found: string[] = [];
    const walk = (node: ts.Node): void => {
      const members = new Set(membersOf(node));
      for (const [name, entries] of Object.entries(registries))
        if (entries.filter((entry) => members.has(entry)).length > 2) found.push(`${file}: ${name}: ${node.getText(source).slice(0, 80)}`);
      ts.forEachChild(node, walk);
    };
    walk(source);
    return found;
  };

  it('keeps a list of formats, endings, checks, reports or views of its own', () => {
    const files = globSync(['src/{cli,main,preload,renderer}/**/*.{ts,tsx}', 'scripts/*.{mjs,ts}'], { cwd: root }).filter(
      (file) => !file.includes('/assembly/'),
    );
    expect(files.length).toBeGreaterThan(100);
    expect(files.flatMap((file) => listsIn(file, readFileSync(`${root}${file}`, 'utf8')))).toEqual([]);
    expect(readFileSync(`${root}electron-builder.yml`, 'utf8')).not.toContain('mimeType');
    // The twins: what there was once is seen.
    expect(listsIn('twin.ts', "const dumpExtensions = ['s390', 'vmcore', 'elf', 'core', 'dump', 'kdump'];")).not.toEqual([]);
    expect(listsIn('twin.ts', "const titles = { 'elf-vmcore': 'ELF', s390: 'plain', lkcd: 'LKCD' };")).not.toEqual([]);
    expect(listsIn('twin.ts', "const words = { all: 'all memory', prod: 'production system', kdump: 'kdump kernel' };")).not.toEqual([]);
    expect(listsIn('twin.ts', "const exports = [{ id: 'html' }, { id: 'json' }, { id: 'csv' }];")).not.toEqual([]);
  });
});
