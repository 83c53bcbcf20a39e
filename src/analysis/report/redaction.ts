/**
 * Takes out of a report what must not leave the house, before any format sees it. Each value gets one mark with a number, so that a reader still
 * sees where the same thing is. Rules look at texts alone: addresses, registers, digests and the names of functions stay.
 */
import { isIPv6 } from 'node:net';
import { createContext, Script } from 'node:vm';
import type { Cell } from '../../shared/analysis-table.ts';
import type { RedactedJson, Redaction, RedactRuleId } from '../../shared/redact-rules.ts';
import { redactRules } from '../../shared/redact-rules.ts';
import { RequestError } from '../../shared/rpc.ts';
import { analyses } from '../kernel/analyses/catalogue.ts';
import type { ReportAnalysis, ReportModel } from './report-model.ts';

/** What the dump itself knows: names that no pattern finds. */
export interface RedactSecrets {
  /** Of the dump, and of the one that it is compared with. */
  readonly nodenames: readonly string[];
  readonly serials: readonly string[];
  readonly commandLines: readonly string[];
  /** Of user processes. */
  readonly comms: readonly string[];
  /** Of the whole log. */
  readonly logLines: readonly string[];
  /** What could not be read of these, in sentences. */
  readonly unread: readonly string[];
}

const markNames: Readonly<Record<RedactRuleId, string>> = {
  nodename: 'node', ipv4: 'ipv4', ipv6: 'ipv6', mac: 'mac', serial: 'serial', 'command-lines': 'parameter', comm: 'process', paths: 'path', bytes: 'bytes', log: 'log line',
}; // prettier-ignore

/** Around a mark while rules run: characters of no text, so that nothing of a dump passes for a mark. They become brackets at the end. */
const [markStart, markEnd] = ['\ue000', '\ue001'];
const asShown = (text: string): string => text.replaceAll(markStart, '[').replaceAll(markEnd, ']');
const withoutMarks = (text: string): string => text.replaceAll(/[\ue000\ue001]/g, '\ufffd');

/** Counts what a rule took out, and numbers its values. */
class Marks {
  readonly #of = new Map<string, number>();
  places = 0;
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
  get values(): number {
    return this.#of.size;
  }
  mark(value: string): string {
    this.places += 1;
    const number = this.#of.get(value) ?? this.#of.size + 1;
    this.#of.set(value, number);
    return `${markStart}${this.name} ${number}${markEnd}`;
  }
}

type Replace = (text: string) => string;

/** What is a mark already is looked into by no further rule. */
const outsideMarks =
  (replace: Replace): Replace =>
  (text) =>
    text
      .split(/(\ue000[^\ue001]*\ue001)/)
      .map((part, at) => (at % 2 === 1 ? part : replace(part)))
      .join('');

const escapeRegExp = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
/** A text of three characters or less is a part of too many words. */
const shortText = 3;

/** @param fold whether case does not matter */
function literals(marks: Marks, values: readonly string[], { words = false, fold = false } = {}): Replace {
  const given = [...new Set(values.filter((value) => value !== ''))].sort((one, other) => other.length - one.length);
  if (given.length === 0) return (text) => text;
  const one = (value: string): string =>
    words || value.length <= shortText ? `(?<![\\p{L}\\p{N}_])${escapeRegExp(value)}(?![\\p{L}\\p{N}_])` : escapeRegExp(value);
  const pattern = new RegExp(given.map(one).join('|'), fold ? 'giu' : 'gu');
  return (text) => text.replaceAll(pattern, (found) => marks.mark(fold ? found.toLowerCase() : found));
}

const octet = '(?:25[0-5]|2[0-4]\\d|[01]?\\d?\\d)';
/** Also with the port after it, as RPC writes it: two more numbers. */
const ipv4Pattern = new RegExp(`(?<![\\d.])${octet}(?:\\.${octet}){3}(?:(?:\\.${octet}){2})?(?!\\d|\\.\\d)`, 'g');
const macPattern =
  /(?<![0-9a-f]|[0-9a-f][:-])[0-9a-f]{2}(?:([:-])[0-9a-f]{2})(?:\1[0-9a-f]{2}){4,}(?![0-9a-f])|(?<![0-9a-f.])[0-9a-f]{4}(?:\.[0-9a-f]{4}){2}(?![0-9a-f.])|(?<![0-9a-f])(?:0x)?5[0-9a-f]{15}(?![0-9a-f])/gi;
/** What may be one; net decides. A zone may follow. */
const ipv6Candidate = /[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*/gi;
/** Absolute paths, and addresses with a scheme: the name of a server is in them. */
const pathPattern =
  /(?<![\p{L}\p{N}_./\])<-])\/{1,2}(?=\p{N}*[\p{L}_.])[^\s"'`<>|,;:]*[^\s"'`<>|,;:.()[\]{}]|(?<![\p{L}\p{N}])[a-z][a-z0-9+.-]*:\/\/[^\s"'`<>|,;]*[^\s"'`<>|,;.]/giu;

/** Files of every Linux, which Dumpbench's own sentences name: they say nothing of one system. */
const commonFiles = /^\/proc\/(?:buddyinfo|diskstats|kallsyms|kcore|meminfo|modules|pagetypeinfo|PID\/stat|slabinfo|vmallocinfo|vmcore|zoneinfo)$/;

/** The address in a run of digits, colons and points, whose ends may belong to words or to a sentence. */
function ipv6In(run: string, before: string, after: string): { readonly at: number; readonly address: string } | undefined {
  // "std::vector", "addr:fe80::1": digits that are letters of a word are none.
  const start = /[g-z_]/i.test(before) ? (/^[0-9a-f]*:?/i.exec(run)?.[0].length ?? 0) : 0;
  const end = /[g-z_]/i.test(after) ? run.length - (/[0-9a-f]*$/i.exec(run)?.[0].length ?? 0) : run.length;
  const own = run.slice(start, end);
  const ways: readonly (readonly [number, string])[] = [
    [0, own],
    [0, own.replace(/[.:]+$/, '')],
    [1, own.slice(1)],
    [1, own.slice(1).replace(/[.:]+$/, '')],
    [0, own.replace(/:\d+$/, '')],
  ];
  const found = ways.find(([, address]) => address !== '::' && isIPv6(address));
  return found === undefined ? undefined : { at: start + found[0], address: found[1] };
}

function ipv6(marks: Marks): Replace {
  return (text) =>
    text.replaceAll(ipv6Candidate, (run, at: number) => {
      const found = ipv6In(run, text[at - 1] ?? '', text[at + run.length] ?? '');
      return found === undefined ? run : `${run.slice(0, found.at)}${marks.mark(found.address.toLowerCase())}${run.slice(found.at + found.address.length)}`;
    });
}

const byPattern =
  (marks: Marks, pattern: RegExp, except?: RegExp): Replace =>
  (text) =>
    text.replaceAll(pattern, (found) => (except?.test(found) === true ? found : marks.mark(found.toLowerCase())));

/** The whole line, its parameters with a value, and what follows it where a log quotes it. */
function commandLines(marks: Marks, { commandLines: lines }: RedactSecrets): Replace {
  const parameters = lines.flatMap((line) => (line.match(/(?:[^\s"]|"[^"]*")+/g) ?? []).filter((one) => /=./.test(one)));
  const exact = literals(marks, [...lines, ...parameters]);
  return (text) => exact(text.replaceAll(/(\bcommand line: ?)(\S.*)$/gim, (_all, head: string, line: string) => head + marks.mark(line)));
}

/** Names of processes: those of the dump, and those that a log names in the forms that kernels print. */
function comms(marks: Marks, { comms: known }: RedactSecrets): Replace {
  const exact = literals(marks, known, { words: true });
  const forms = [
    /(\bComm: )(\S+)/g,
    /(\bcomm=")([^"]+)(?=")/g,
    /(\btask )([^\s:]+)(?=:\d+)/g,
    /(\b(?:Killed )?process \d+ \()([^)]+)(?=\))/g,
    /(^|\s)([A-Za-z][^\s[\]:]{0,14})(?=\[\d+\](?::| ))/gm,
  ];
  const isOfKernel = (name: string): boolean => /^(?:swapper|kworker)\//.test(name);
  return (text) =>
    forms.reduce(
      (rest, form) =>
        rest.replaceAll(form, (all, head: string, name: string) => (isOfKernel(name) || name.includes(markStart) ? all : head + marks.mark(name))),
      outsideMarks(exact)(text),
    );
}

/** Shorter lines of a log are words that occur anywhere. */
const shortLine = 12;

/** A log has a hundred thousand lines: they are found by how they begin. */
function logLines(marks: Marks, lines: readonly string[]): Replace {
  const byBeginning = new Map<string, Set<string>>();
  for (const given of lines) {
    const line = given.trim();
    if (line.length < shortLine) continue;
    const beginning = line.slice(0, shortLine);
    const known = byBeginning.get(beginning) ?? new Set();
    byBeginning.set(beginning, known.add(line));
  }
  return (text) => {
    let left = '';
    let from = 0;
    for (let at = 0; at + shortLine <= text.length; at += 1) {
      const longest = [...(byBeginning.get(text.slice(at, at + shortLine)) ?? [])]
        .filter((line) => text.startsWith(line, at))
        .reduce((one, other) => (other.length > one.length ? other : one), '');
      if (longest === '') continue;
      left += text.slice(from, at) + marks.mark(longest);
      from = at + longest.length;
      at = from - 1;
    }
    return left + text.slice(from);
  };
}

const logAnalyses: ReadonlySet<string> = new Set(['log', 'merged-log']);
const commandColumns = /^(?:command|commandLine|arguments|environment)$/;

/** The model without what rules take out as a whole. */
function withoutParts(report: ReportModel, rules: ReadonlySet<string>, marksOf: (rule: RedactRuleId) => Marks): ReportModel {
  const records = rules.has('log') && report.log !== undefined && !('why' in report.log) ? report.log.records : undefined;
  for (const { text } of records ?? []) marksOf('log').mark(text);
  const hasBytes = rules.has('bytes');
  if (hasBytes) for (const { hex } of report.checkBytes ?? []) marksOf('bytes').mark(hex);
  /** The serial number is a part of the CPU id. */
  const withoutCpuId = (info: ReportModel['info']): ReportModel['info'] => {
    const { cpuId, ...machine } = info.machine;
    if (!rules.has('serial') || cpuId === undefined) return info;
    marksOf('serial').mark(cpuId);
    return { ...info, machine };
  };
  const { comparison } = report;
  return {
    ...report,
    info: withoutCpuId(report.info),
    ...(comparison?.other === undefined ? {} : { comparison: { ...comparison, other: { ...comparison.other, info: withoutCpuId(comparison.other.info) } } }),
    ...(records !== undefined ? { log: { why: 'it was left out of this report by redaction' } } : {}),
    ...(hasBytes && report.checkBytes !== undefined ? { checkBytes: [] } : {}),
    ...(report.analyses === undefined
      ? {}
      : {
          analyses: report.analyses.map((analysis) => {
            if (rules.has('log') && logAnalyses.has(analysis.id)) return { ...analysis, rows: [], note: 'left out of this report by redaction' };
            const hidden = new Map(
              analysis.columns.flatMap(({ name, type }) => {
                const rule =
                  rules.has('bytes') && type === 'hex' ? 'bytes' : rules.has('command-lines') && commandColumns.test(name) ? 'command-lines' : undefined;
                return rule === undefined ? [] : [[name, rule] as const];
              }),
            );
            if (hidden.size === 0) return analysis;
            const rows = analysis.rows.map((row) =>
              Object.fromEntries(
                Object.entries(row).map(([name, value]) => {
                  const rule = hidden.get(name);
                  return [name, rule === undefined ? value : asShown(marksOf(rule).mark(String(value)))];
                }),
              ),
            );
            return { ...analysis, rows };
          }),
        }),
  };
}

/** Members of any part of the report that hold identifiers and digests: no rule looks into them. */
const kept: ReadonlySet<string> = new Set(['schema', 'tool', 'identity', 'dumpKey', 'digests', 'columns', 'id', 'drawing', 'severity', 'kind', 'trust', 'hex']);

/**
 * Places of the report whose texts are Dumpbench's own, however the words of a name or a path of the dump may occur in them: titles, explanations, and
 * words of closed lists. Sentences with a value of the dump in them are not among these, since nothing tells the one from the other.
 */
const ownPlaces: ReadonlySet<string> = new Set([
  'info.container.format', 'info.machine.arch', 'info.machine.endianness', 'info.machine.features', 'info.findings.title',
  'verdict.class', 'verdict.contributing', 'verdict.excluded.classes',
  'checks.title', 'checks.verdict', 'checks.remedy', 'checks.findings.title', 'damage.title',
  'panicKdump.outcome', 'standaloneKdump.outcome', 'twoStage.outcome', 'backtraces.traces.end',
  'analyses.title', 'analyses.about',
]); // prettier-ignore

/** Columns whose texts are Dumpbench's own, by the analysis. */
const ownColumns = new Map(analyses.map(({ table, ownTexts }) => [table.id, ownTexts]));

/** Alone a number is an address or a register; in a row of an analysis it may be the name of an adapter. */
const isNumber = (text: string): boolean => /^0x[0-9a-f]+$/.test(text);

function throughTexts(value: unknown, replace: Replace, place = ''): unknown {
  if (typeof value === 'string') return isNumber(value) || ownPlaces.has(place) ? value : replace(value);
  if (Array.isArray(value)) return value.map((one) => throughTexts(one, replace, place));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, kept.has(name) ? member : throughTexts(member, replace, place === '' ? name : `${place}.${name}`)]),
  );
}

/** Rows have columns by any name: each cell is searched unless the analysis declares its texts as Dumpbench's own. */
function throughAnalysis(analysis: ReportAnalysis, replace: Replace): unknown {
  const { rows, ...rest } = analysis;
  const own = ownColumns.get(analysis.id);
  const cell = (name: string, value: Cell): Cell => (typeof value !== 'string' || own?.has(name) === true ? value : replace(value));
  return {
    ...(throughTexts(rest, replace, 'analyses') as object),
    rows: rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, cell(name, value)]))),
  };
}

function throughReport({ analyses: tables, ...rest }: ReportModel, replace: Replace): ReportModel {
  const model = throughTexts(rest, replace) as ReportModel;
  return tables === undefined ? model : { ...model, analyses: tables.map((one) => throughAnalysis(one, replace) as ReportAnalysis) };
}

const limits: readonly string[] = [
  'Rules find what has the form that they know, or what the dump itself names: a name that a person or a program wrote in another form remains.',
  'No rule finds texts in other encodings (EBCDIC, UTF-16, base64), or texts that are cut or damaged.',
  'Only the beginning of a path with blanks is found, and a parameter only as a whole with its value; a process that ended before the dump is found only in the forms of the kernel log.',
  'Numbers remain: addresses, registers, sizes, times, pids, and device numbers. A register or a stack can hold a part of a text.',
  'Names of functions, modules, and kernel threads remain, as do the release of the kernel and the type of the machine.',
  'In a sentence that quotes the dump, a word that is also the name of one of its processes is replaced, too.',
  'Digests remain: anyone who has the same file or guesses a text can confirm it.',
];

interface OwnPattern {
  readonly name: string;
  readonly marks: Marks;
  readonly pattern: string;
}

/** A pattern that goes back over a text again and again never ends: it is given so long for one text. */
const mostMilliseconds = 2000;

/** In a context of its own, because only what runs there can be ended. */
function ownPattern({ name, marks, pattern }: OwnPattern): Replace {
  const context = createContext({ text: '', expression: new RegExp(pattern, 'gu') });
  const script = new Script('[...text.matchAll(expression)].map(({ 0: found, index }) => [index, found.length])');
  return (text) => {
    context.text = text;
    let places: readonly (readonly [number, number])[];
    try {
      places = script.runInContext(context, { timeout: mostMilliseconds }) as typeof places;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      throw new RequestError(
        'query',
        `the pattern ${name} takes longer than ${mostMilliseconds / 1000} s on a text of ${text.length} characters: make it simpler`,
      );
    }
    let left = '';
    let from = 0;
    for (const [at, length] of places) {
      if (length === 0) continue;
      left += text.slice(from, at) + marks.mark(text.slice(at, at + length));
      from = at + length;
    }
    return left + text.slice(from);
  };
}

/** Replaces texts; the counts are complete once everything went through it. */
export interface Redactor {
  readonly report: (report: ReportModel) => ReportModel;
  /** A text that goes out next to the report. */
  readonly text: Replace;
}

/**
 * @param rules of a person
 * @param secrets what the dump knows
 */
export function createRedactor({ rules, patterns = [] }: Redaction, secrets: RedactSecrets): Redactor {
  const chosen = new Set<string>(rules);
  const marks = new Map<string, Marks>();
  const marksOf = (rule: RedactRuleId): Marks => {
    const known = marks.get(rule) ?? new Marks(markNames[rule]);
    marks.set(rule, known);
    return known;
  };
  const domainless = secrets.nodenames.filter((name) => name !== '(none)').flatMap((name) => [name, name.replace(/\..*$/, '')]);
  const own = patterns.map(({ name, pattern }): OwnPattern => ({ name, marks: new Marks(name), pattern }));
  /** Lines of the log go first, as they are; then what is longest: a path may hold a name. */
  const texts: readonly (readonly [RedactRuleId, () => Replace])[] = [
    ['command-lines', () => commandLines(marksOf('command-lines'), secrets)],
    ['mac', () => byPattern(marksOf('mac'), macPattern)],
    ['ipv6', () => ipv6(marksOf('ipv6'))],
    ['ipv4', () => byPattern(marksOf('ipv4'), ipv4Pattern)],
    ['paths', () => byPattern(marksOf('paths'), pathPattern, commonFiles)],
    ['serial', () => literals(marksOf('serial'), secrets.serials, { fold: true })],
    ['nodename', () => literals(marksOf('nodename'), domainless, { fold: true })],
    ['comm', () => comms(marksOf('comm'), secrets)],
  ];
  const replaces = texts.flatMap(([rule, make]) => (chosen.has(rule) ? [make()] : []));
  const all = [...own.map(ownPattern), ...replaces];
  const through = (given: string, first: Replace = (text) => text): string =>
    asShown(all.reduce((rest, replace) => outsideMarks(replace)(rest), first(withoutMarks(given))));
  const redacted = (): RedactedJson => ({
    rules: [
      ...redactRules
        .filter(({ id }) => chosen.has(id))
        .map(({ id, title }) => ({ id, title, values: marks.get(id)?.values ?? 0, places: marks.get(id)?.places ?? 0 })),
      ...own.map(({ name, marks: found }) => ({ id: name, title: `Pattern ${name}`, values: found.values, places: found.places })),
    ],
    limits: [...secrets.unread, ...limits],
  });
  return {
    text: (given) => through(given),
    report(report) {
      const lines = chosen.has('log') ? logLines(marksOf('log'), secrets.logLines) : undefined;
      const rest = withoutParts(report, chosen, marksOf);
      return { ...throughReport(rest, (given) => through(given, lines)), redacted: redacted() };
    },
  };
}
