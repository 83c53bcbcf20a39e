/** Issues that somebody has met before, as they write them down, and how they are found again in a verdict. Nothing is looked up elsewhere. */
import * as v from 'valibot';
import { defined } from './defined.ts';
import { verdictClasses, type KnownIssueMatch, type VerdictJson } from './verdict-model.ts';

const maxText = 4096;
const text = v.pipe(v.string(), v.minLength(1), v.maxLength(maxText));

/** One line of a file of known issues. All that it names has to fit. */
export const knownIssueSchema = v.pipe(
  v.strictObject({
    class: v.optional(v.picklist(verdictClasses)),
    /** The whole title; * matches anything. */
    title: v.optional(text),
    /** Functions that are among the frames in this order, innermost first; others may lie between them. */
    frames: v.optional(v.pipe(v.array(text), v.minLength(1), v.maxLength(64))),
    /** The stack key. */
    stack: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
    /** Kernels from this release on, and up to that one: "6.1", "6.12.107". A bound holds for all releases that begin with it. */
    release: v.optional(v.strictObject({ from: v.optional(text), to: v.optional(text) })),
    /** What is known. */
    text,
    link: v.optional(text),
  }),
  v.check((issue) => [issue.class, issue.title, issue.frames, issue.stack].some((one) => one !== undefined), 'it has none of class, title, frames, and stack'),
);
export type KnownIssue = v.InferOutput<typeof knownIssueSchema>;

/** More are not a list that a person keeps. */
export const mostKnownIssues = 10_000;
export const knownIssuesSchema = v.pipe(v.array(knownIssueSchema), v.maxLength(mostKnownIssues));

/** What is wrong with a file of known issues, and in which line of it, counted from one. */
export interface WrongIssue {
  readonly line: number;
  readonly why: string;
}

/** "class: expected ("bug" | "deadlock"), found "BUG"" */
const plainWords = (issue: v.BaseIssue<unknown>): string =>
  `${v.getDotPath(issue) ?? 'the line'}: ${issue.expected === null ? issue.message : `expected ${issue.expected}, found ${issue.received}`}`;

/** Characters: the longest issue that the schema allows has fewer. JSON of many brackets takes fifty times its length. */
const longestLine = 1 << 19;

/** Lines one at a time: a file may have nothing but line ends. */
function* linesOf(text: string): Generator<string, undefined> {
  for (let start = 0; start <= text.length;) {
    const found = text.indexOf('\n', start);
    const end = found === -1 ? text.length : found;
    yield text.slice(start, end);
    start = end + 1;
  }
  return undefined;
}

/**
 * Reads JSON Lines: one issue a line, empty lines count for nothing.
 * @returns the issues, or the first line that is none
 */
export function parseKnownIssues(lines: string): readonly KnownIssue[] | WrongIssue {
  const issues: KnownIssue[] = [];
  let at = 0;
  for (const line of linesOf(lines)) {
    at += 1;
    if (line === '' || (line.length <= longestLine && line.trim() === '')) continue;
    const wrong = (why: string): WrongIssue => ({ line: at, why });
    if (line.length > longestLine) return wrong(`it has more than ${longestLine} characters`);
    let json: unknown;
    try {
      json = JSON.parse(line);
    } catch (error) {
      return wrong(`it is not JSON: ${(error as Error).message}`);
    }
    const parsed = v.safeParse(knownIssueSchema, json);
    if (!parsed.success) return wrong(`it is not a valid known issue: ${plainWords(parsed.issues[0])}`);
    if (issues.length >= mostKnownIssues) return wrong(`there are more than ${mostKnownIssues} issues`);
    issues.push(parsed.output);
  }
  return issues;
}

/** Parts between stars, in order: linear, whatever is in them. */
function fitsPattern(pattern: string, whole: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return pattern === whole;
  if (!whole.startsWith(first) || !whole.endsWith(last) || whole.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of rest) {
    const found = whole.indexOf(part, at);
    if (found === -1 || found + part.length > whole.length - last.length) return false;
    at = found + part.length;
  }
  return true;
}

const inOrder = (wanted: readonly string[], frames: readonly string[]): boolean => {
  let at = 0;
  for (const frame of frames) if (frame === wanted[at]) at += 1;
  return at === wanted.length;
};

/** The numbers at the beginning of a release: 6, 12, 107. */
const numbers = (release: string): readonly number[] => (/^\d+(?:\.\d+)*/.exec(release)?.[0] ?? '').split('.').filter((part) => part !== '').map(Number); // prettier-ignore

/** Sign of a release against a bound, by as many numbers as the bound has. */
function against(release: readonly number[], bound: readonly number[]): number {
  for (const [at, limit] of bound.entries()) {
    const own = release[at] ?? 0;
    if (own !== limit) return own < limit ? -1 : 1;
  }
  return 0;
}

function fitsRelease({ from, to }: NonNullable<KnownIssue['release']>, release: string | undefined): boolean {
  if (release === undefined) return false;
  const own = numbers(release);
  return own.length > 0 && (from === undefined || against(own, numbers(from)) >= 0) && (to === undefined || against(own, numbers(to)) <= 0);
}

/** @param release of the dumped kernel; without one an issue with a range of releases fits nothing */
function fits(issue: KnownIssue, verdict: VerdictJson, release: string | undefined): boolean {
  return (
    (issue.class === undefined || issue.class === verdict.class) &&
    (issue.title === undefined || fitsPattern(issue.title, verdict.title)) &&
    (issue.stack === undefined || issue.stack === verdict.signature.stack) &&
    (issue.frames === undefined || inOrder(issue.frames, verdict.frames)) &&
    (issue.release === undefined || fitsRelease(issue.release, release))
  );
}

/** The verdict with the issues that fit it, in their order. */
export function withKnownIssues(verdict: VerdictJson, issues: readonly KnownIssue[] | undefined, release: string | undefined): VerdictJson {
  if (issues === undefined) return verdict;
  const found = issues
    .filter((issue) => fits(issue, verdict, release))
    .map((issue): KnownIssueMatch => ({ text: issue.text, ...defined({ link: issue.link }) }));
  return { ...verdict, knownIssues: found };
}
