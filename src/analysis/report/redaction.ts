/**
 * Takes out of a report what must not leave the house, before any format sees it. Each value gets one mark with a number, so that a reader still
 * sees where the same thing stands. Rules look at texts alone: addresses, registers, digests and the names of functions stay.
 */
import { isIPv6 } from 'node:net';
import type { RedactedJson, Redaction, RedactRuleId } from '../../shared/redact-rules.ts';
import { redactRules } from '../../shared/redact-rules.ts';
import type { ReportModel } from './report-model.ts';

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
    return `[${this.name} ${number}]`;
  }
}

type Replace = (text: string) => string;

/** What is a mark already is looked into by no further rule. */
const outsideMarks =
  (replace: Replace): Replace =>
  (text) =>
    text
      .split(/(\[[a-z][a-z0-9 -]* \d+\])/)
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

const octet = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const ipv4Pattern = new RegExp(`(?<![\\d.])${octet}(?:\\.${octet}){3}(?![\\d]|\\.\\d)`, 'g');
const macPattern = /(?<![0-9a-f:-])[0-9a-f]{2}(?:([:-])[0-9a-f]{2})(?:\1[0-9a-f]{2}){4,}(?![0-9a-f:-])|(?<![0-9a-f])0x5[0-9a-f]{15}(?![0-9a-f])/gi;
/** What may be one; net decides. A zone or a length of the prefix may follow. */
const ipv6Candidate = /(?<![0-9a-z:.])(?=[0-9a-f:.]*:[0-9a-f:.]*:)[0-9a-f:.]*[0-9a-f:](?![0-9a-z:])/gi;
const pathPattern = /(?<![\p{L}\p{N}_./\])<-])\/(?=[\p{L}_.])[^\s"'`<>|,;()[\]{}:]*[^\s"'`<>|,;()[\]{}:.]/gu;

function ipv6(marks: Marks): Replace {
  return (text) =>
    text.replaceAll(ipv6Candidate, (found) => {
      const [, address = '', rest = ''] = /^(.*?)([.:]?)$/.exec(found) ?? [];
      // "a::" is one too: what ends with a single colon is the punctuation of a sentence.
      const own = isIPv6(found) ? found : isIPv6(address) ? address : undefined;
      return own === undefined || own === '::' ? found : `${marks.mark(own.toLowerCase())}${own === found ? '' : rest}`;
    });
}

const byPattern =
  (marks: Marks, pattern: RegExp): Replace =>
  (text) =>
    text.replaceAll(pattern, (found) => marks.mark(found.toLowerCase()));

/** The whole line, its parameters with a value, and what follows it where a log quotes it. */
function commandLines(marks: Marks, { commandLines: lines }: RedactSecrets): Replace {
  const parameters = lines.flatMap((line) => (line.match(/(?:[^\s"]|"[^"]*")+/g) ?? []).filter((one) => /=./.test(one)));
  const exact = literals(marks, [...lines, ...parameters]);
  return (text) => exact(text.replaceAll(/(\bcommand line: ?)(\S.*)$/gim, (_all, head: string, line: string) => head + marks.mark(line)));
}

/** Names of processes: those of the dump, and those that a log names in the forms that kernels print. */
function comms(marks: Marks, { comms: known }: RedactSecrets): Replace {
  const exact = literals(marks, known, { words: true });
  const forms = [/(\bComm: )(\S+)/g, /(\btask )([^\s:]+)(?=:\d+)/g, /(\bKilled process \d+ \()([^)]+)(?=\))/g, /(\bprocess \d+ \()([^)]+)(?=\))/g];
  const isOfKernel = (name: string): boolean => /^(?:swapper|kworker)\//.test(name);
  return (text) => {
    const found = forms.reduce(
      (rest, form) => rest.replaceAll(form, (all, head: string, name: string) => (isOfKernel(name) || name.startsWith('[') ? all : head + marks.mark(name))),
      text,
    );
    return outsideMarks(exact)(found);
  };
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
  return {
    ...report,
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
                  return [name, rule === undefined ? value : marksOf(rule).mark(String(value))];
                }),
              ),
            );
            return { ...analysis, rows };
          }),
        }),
  };
}

/** Members that name things of ours, and digests: no rule looks into them. */
const kept: ReadonlySet<string> = new Set(['schema', 'tool', 'identity', 'dumpKey', 'digests', 'columns', 'id', 'drawing', 'severity', 'kind', 'trust', 'hex']);

function throughTexts(value: unknown, replace: Replace): unknown {
  if (typeof value === 'string') return replace(value);
  if (Array.isArray(value)) return value.map((one) => throughTexts(one, replace));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, kept.has(name) ? member : throughTexts(member, replace)]));
}

const limits: readonly string[] = [
  'Rules find what has the form that they know, or what the dump itself names: a name that a person or a program wrote in another form stays.',
  'Texts in other encodings (EBCDIC, UTF-16, base64), and texts that are cut or damaged, are found by no rule.',
  'Numbers stay: addresses, registers, sizes, times, pids, and device numbers. A register or a stack can hold a part of a text.',
  'Names of functions, modules, and kernel threads stay, and so do the release of the kernel and the type of the machine.',
  'Digests stay: whoever has the same file or guesses a text can confirm it.',
];

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
  const own = patterns.map(({ name, pattern }) => ({ name, marks: new Marks(name), pattern: new RegExp(pattern, 'gu') }));
  /** Lines of the log go first, as they are; then what is longest: a path may hold a name. */
  const texts: readonly (readonly [RedactRuleId, () => Replace])[] = [
    ['command-lines', () => commandLines(marksOf('command-lines'), secrets)],
    ['mac', () => byPattern(marksOf('mac'), macPattern)],
    ['ipv6', () => ipv6(marksOf('ipv6'))],
    ['ipv4', () => byPattern(marksOf('ipv4'), ipv4Pattern)],
    ['paths', () => byPattern(marksOf('paths'), pathPattern)],
    ['serial', () => literals(marksOf('serial'), secrets.serials)],
    ['nodename', () => literals(marksOf('nodename'), domainless, { fold: true })],
    ['comm', () => comms(marksOf('comm'), secrets)],
  ];
  const replaces = texts.flatMap(([rule, make]) => (chosen.has(rule) ? [make()] : []));
  const text: Replace = (given) => {
    const byOwn = own.reduce((rest, one) => rest.replaceAll(one.pattern, (found) => (found === '' ? found : one.marks.mark(found))), given);
    return replaces.reduce((rest, replace) => outsideMarks(replace)(rest), byOwn);
  };
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
    text,
    report(report) {
      const lines = chosen.has('log') ? logLines(marksOf('log'), secrets.logLines) : undefined;
      const rest = withoutParts(report, chosen, marksOf);
      const through = throughTexts(rest, (given) => text(lines === undefined ? given : lines(given))) as ReportModel;
      return { ...through, redacted: redacted() };
    },
  };
}
