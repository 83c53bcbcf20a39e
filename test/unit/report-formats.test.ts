/** Every string of a report replaced by hostile text: in every format it must stay text. */
import { describe, expect, it } from 'vitest';
import { codeBlock, codeSpan } from '../../src/analysis/report/markdown-text.ts';
import { csvCell } from '../../src/analysis/report/csv.ts';
import { reportFormats } from '../../src/analysis/report/index.ts';
import type { ReportModel } from '../../src/analysis/report/report-model.ts';
import { runInProcess } from '../cli-in-process.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { commandFiles } from './cli/command-files.ts';
import { hostileTexts } from './report-corpus.ts';
import { wrongBySarifSchema } from './published-schemas.ts';
import { parseCsv, parseXml, wrongSarif } from './report-readers.ts';

const { damaged } = commandFiles(scratchFolder());
const json = runInProcess(['report', damaged, '--quick', '--format', 'json']);
/** An analysis with the text in every cell and reason; its declaration is our own. */
const analysesFull = (text: string): NonNullable<ReportModel['analyses']> => [
  {
    id: 'toy',
    title: 'Toy',
    about: 'Rows of a test.',
    columns: [
      { name: 'name', type: 'text', about: 'a text' },
      { name: 'place', type: 'symbol', about: 'a symbol' },
      { name: 'bytes', type: 'bytes', about: 'an amount' },
      { name: 'unheard', type: 'count', about: 'in no row' },
    ],
    rows: [{ name: text, place: text, bytes: 4096 }, { name: text }],
    missing: [{ what: text, why: text, where: { space: 'virtual', start: '0x10', end: '0x18' } }],
    complete: false,
  },
];
const model = async (): Promise<ReportModel> => ({
  ...(JSON.parse((await json).out) as ReportModel),
  annotations: [{ space: 'real', cpu: 1, start: '0x200', end: '0x208', text: 'the PSW' }],
  analyses: analysesFull('a row'),
  comparison: { with: { fileName: 'other', identity: '00' }, summary: 'differs', parts: [{ title: 'lowcore', lines: ['one', 'two'] }] },
});

/** Words of closed lists, and numbers as text: our own, never a dump's. */
const own = new Set([
  'trust',
  'verdict',
  'severity',
  'space',
  'start',
  'end',
  'outcome',
  'source',
  'mask',
  'address',
  'format',
  'kind',
  'endianness',
  'prefix',
  'version',
  'id',
  'mark',
  'hex',
]);

/** The same report with `text` wherever a text can be. */
function hostileReport(value: unknown, text: string, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => hostileReport(item, text, key));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [
        name,
        name === 'tool' ? member : name === 'analyses' ? analysesFull(text) : hostileReport(member, text, name),
      ]),
    );
  return typeof value === 'string' && !own.has(key) ? text : value;
}

const render = (id: string, report: ReportModel): string => reportFormats.find((format) => format.id === id)?.render(report) ?? '';
const each = hostileTexts.map((text) => [text.slice(0, 60), text] as const);
const invisible = /[\p{Cf}\p{Cs}\u2028\u2029\ufffe\uffff\u0000-\u0008\u000b-\u001f\u007f-\u009f]/u; // eslint-disable-line no-control-regex

/** The markdown without its code blocks, which a line ends that has as many backticks as their first, or more, and nothing else. */
function withoutCodeBlocks(markdown: string): string {
  let fence: string | undefined;
  const outside = markdown.split('\n').filter((line) => {
    const run = /^ {0,3}(`{3,})$/.exec(line)?.[1];
    if (fence === undefined) {
      fence = run;
      return run === undefined;
    }
    if (run !== undefined && run.length >= fence.length) fence = undefined;
    return false;
  });
  expect(fence).toBeUndefined();
  return outside.join('\n');
}

/** The markdown without its code, as CommonMark finds spans: the first run of backticks that is as long ends one. */
function withoutCode(markdown: string): string {
  let rest = withoutCodeBlocks(markdown);
  let outside = '';
  for (;;) {
    const open = /`+/.exec(rest);
    if (open === null) return outside + rest;
    const from = open.index + open[0].length;
    const close = [...rest.slice(from).matchAll(/`+/g)].find(([run]) => run.length === open[0].length);
    if (close === undefined) throw new Error('a code span has no end');
    expect(rest.slice(from, from + close.index)).not.toContain('\n');
    outside += rest.slice(0, open.index);
    rest = rest.slice(from + close.index + open[0].length);
  }
}

describe.each(each)('a report full of %j', (_, text) => {
  it('shows nothing invisible, in any format', async () => {
    const report = hostileReport(await model(), text) as ReportModel;
    for (const { id } of reportFormats) expect(render(id, report).replaceAll('\r\n', '\n'), id).not.toMatch(invisible);
  });

  it('html: the tags are those of a harmless report', async () => {
    const report = await model();
    // Where words may break depends on them, and what of a table is below its row.
    const layout = /^<(?:wbr|span class="whole"|table(?: class="[a-z ]+")?|tr(?: class="lower")?|td colspan="\d+")>$/;
    const tags = (html: string): string[] => [...new Set([...html.matchAll(/<[^>]*>/g)].map(([tag]) => tag))].filter((tag) => !layout.test(tag)).sort();
    expect(tags(render('html', hostileReport(report, text) as ReportModel))).toEqual(tags(render('html', hostileReport(report, 'harmless') as ReportModel)));
  });

  it('json: the values come back', async () => {
    const hostile = hostileReport(await model(), text);
    expect(JSON.parse(render('json', hostile as ReportModel))).toEqual(hostile);
  });

  it('markdown: outside of code there are our own words alone', async () => {
    const report = await model();
    const plain = withoutCode(render('markdown', hostileReport(report, text) as ReportModel));
    expect(plain.replaceAll(/&#\d+;/g, '')).not.toMatch(/[<>[\]|~@]|https?:|www\./);
    const heads = (markdown: string): string[] => markdown.split('\n').map((line) => /^(#+ |\d+\. |\s*- |)/.exec(line)?.[0] ?? '');
    // A record of the log may have several lines.
    const harmless = text.replaceAll(/[^\n]+/g, 'harmless');
    expect(heads(plain)).toEqual(heads(withoutCode(render('markdown', hostileReport(report, harmless) as ReportModel))));
  });

  it('junit: well-formed, with the elements of a harmless report', async () => {
    const report = await model();
    expect(parseXml(render('junit', hostileReport(report, text) as ReportModel)).elements).toEqual(
      parseXml(render('junit', hostileReport(report, 'harmless') as ReportModel)).elements,
    );
  });

  it('csv: as many cells a row, none a formula', async () => {
    const rows = parseCsv(render('csv', hostileReport(await model(), text) as ReportModel));
    expect(new Set(rows.map((cells) => cells.length))).toEqual(new Set([8]));
    expect(rows.flat().filter((cell) => /^\s*[=+@\uff1d-]/.test(cell))).toEqual([]);
  });

  it('sarif: has the structure of 2.1.0, and no link in a message', async () => {
    const text210 = render('sarif', hostileReport(await model(), text) as ReportModel);
    expect(wrongSarif(text210)).toEqual([]);
    expect(wrongBySarifSchema(JSON.parse(text210))).toEqual([]);
    expect([...text210.matchAll(/"text": "(.*)"/g)].filter(([, message = '']) => message.includes(']('))).toEqual([]);
  });
});

describe('formats', () => {
  it('say of a damaged dump what failed', async () => {
    const report = await model();
    const failed = report.checks.filter(({ verdict }) => verdict === 'failed');
    expect(failed.length).toBeGreaterThan(0);
    const xml = parseXml(render('junit', report));
    expect(xml.elements.filter((name) => name === 'failure')).toHaveLength(failed.length);
    expect(xml.elements.filter((name) => name === 'testcase')).toHaveLength(report.checks.length);
    expect(xml.attributes[0]).toMatchObject({ tests: String(report.checks.length), failures: String(failed.length), errors: '0' });
    const rows = parseCsv(render('csv', report));
    expect(rows.filter(([record, , result]) => record === 'check' && result === 'failed').map(([, id]) => id)).toEqual(failed.map(({ id }) => id));
    for (const { title } of failed) expect(render('markdown', report)).toContain(`### **failed** \`${title}\``);
    const sarif = JSON.parse(render('sarif', report)) as { runs: { results: { ruleId: string; kind: string; properties: { verdict?: string } }[] }[] };
    expect(sarif.runs[0]?.results.filter(({ properties }) => properties.verdict === 'failed').map(({ ruleId }) => ruleId)).toEqual(failed.map(({ id }) => id));
  });

  it('show the rows of an analysis with its words, and what is missing of it', async () => {
    const report = await model();
    const { analyses: _none, ...without } = report;
    for (const { id } of reportFormats) {
      for (const words of ['a row', '0x10']) expect(render(id, report).split(words).length, id).toBeGreaterThan(render(id, without).split(words).length);
      expect(render(id, report), id).toContain('Toy');
    }
    for (const id of ['html', 'markdown', 'csv', 'junit']) {
      expect(render(id, report), id).toContain('4 KiB');
      expect(render(id, report), id).not.toContain('unheard');
    }
  });

  it("carry a person's annotations with their place", async () => {
    const report = await model();
    const { annotations: _none, ...without } = report;
    for (const { id } of reportFormats) {
      expect(render(id, report), id).toMatch(/the PSW/);
      expect(render(id, report), id).toMatch(id === 'json' ? /"start": "0x200"/ : id === 'markdown' || id === 'html' ? /real\(1\):0x200-0x208/ : /0x200/);
      expect(render(id, without), id).not.toMatch(/the PSW/);
    }
  });

  it('a code block holds lines that would end it, and shows the marked one', () => {
    expect(codeBlock([{ text: '```' }, { text: 'a\nb', marked: true }])).toEqual(['````', '  ```', '> a\\u{a}b', '````']);
    expect(codeBlock([{ text: 'plain' }])).toEqual(['```', 'plain', '```']);
  });

  it('a code span holds backticks at its ends', () => {
    expect(codeSpan('`x')).toBe('`` `x ``');
    expect(codeSpan('a``b')).toBe('```a``b```');
    expect(codeSpan('')).toBe('');
  });

  it('a cell is quoted when it must be, and kept when not', () => {
    expect(csvCell('plain 0x12')).toBe('plain 0x12');
    expect(csvCell('a,"b"')).toBe('"a,""b"""');
    expect(csvCell('-1')).toBe(`"'-1"`);
  });

  it('twins: the readers notice what is wrong', () => {
    expect(() => parseXml('<a><b></a>')).toThrow();
    expect(() => parseXml('<a x="<"/>')).toThrow();
    expect(() => parseXml('<a>&nbsp;</a>')).toThrow();
    expect(() => parseCsv('a,"b\r\n')).toThrow();
    expect(wrongBySarifSchema({ version: '2.1.0', runs: [{ tool: {}, results: [{ kind: 'lost' }] }] }).length).toBeGreaterThan(1);
    expect(wrongSarif('{"version":"2.1.0","runs":[{"tool":{"driver":{}},"results":[{"kind":"pass","level":"error"}]}]}').length).toBeGreaterThan(1);
  });
});
