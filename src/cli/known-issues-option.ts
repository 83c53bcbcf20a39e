/** The option that names a file of known issues. */
import { readKnownIssues } from '../files/known-issues-file.ts';
import type { KnownIssue } from '../shared/known-issues.ts';
import type { CommandOption, OptionValues } from './command.ts';
import { UsageError } from './io.ts';

export const knownIssuesOption: CommandOption = {
  flags: '--known-issues <file>',
  description: 'JSON Lines file of issues seen before: matchers on class, title, frames, stack key and release, each with a text and a link',
};

/**
 * @returns undefined where none are given
 * @throws UsageError naming the line and what is wrong with it
 * @throws DumpError io when it is no file that can be read, unsupported when it is larger than any such list
 */
export function knownIssuesOf({ knownIssues: path }: OptionValues): readonly KnownIssue[] | undefined {
  if (typeof path !== 'string') return undefined;
  const read = readKnownIssues(path);
  if ('why' in read) throw new UsageError(`--known-issues: ${path}, line ${read.line}: ${read.why}`);
  return read;
}
