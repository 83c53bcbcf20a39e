/** Known issues that a user keeps in a file: JSON Lines, one issue a line. */
import * as v from 'valibot';
import { readGivenText } from '../files/given-file.ts';
import { knownIssueSchema, mostKnownIssues, type KnownIssue } from '../shared/known-issues.ts';
import type { CommandOption, OptionValues } from './command.ts';
import { UsageError } from './io.ts';

const maxBytes = 16 << 20;

export const knownIssuesOption: CommandOption = {
  flags: '--known-issues <file>',
  description: 'JSON Lines of issues that were met before: matchers on class, title, frames, stack key and release, each with a text and a link',
};

/**
 * @returns undefined where none are given
 * @throws UsageError naming the line and what is wrong with it
 * @throws DumpError io when it is no file that can be read, unsupported when it is larger than any such list
 */
export function knownIssuesOf({ knownIssues: path }: OptionValues): readonly KnownIssue[] | undefined {
  if (typeof path !== 'string') return undefined;
  const lines = readGivenText(path, { what: 'a JSON Lines file of known issues', most: maxBytes }).split('\n');
  const issues: KnownIssue[] = [];
  for (const [at, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const wrong = (why: string): UsageError => new UsageError(`--known-issues: ${path}, line ${at + 1}: ${why}`);
    let json: unknown;
    try {
      json = JSON.parse(line);
    } catch (error) {
      throw wrong(`it is not JSON: ${(error as Error).message}`);
    }
    const parsed = v.safeParse(knownIssueSchema, json);
    if (!parsed.success) throw wrong(`it is no known issue: ${v.summarize(parsed.issues)}`);
    if (issues.length >= mostKnownIssues) throw wrong(`there are more than ${mostKnownIssues} issues`);
    issues.push(parsed.output);
  }
  return issues;
}
