/** Known issues that a user keeps in a file: JSON Lines, one issue a line. */
import { parseKnownIssues, type KnownIssue, type WrongIssue } from '../shared/known-issues.ts';
import { readGivenText } from './given-file.ts';

const maxBytes = 16 << 20;

/**
 * @returns the issues, or the first invalid line
 * @throws DumpError io when it is no file that can be read, unsupported when it is larger than any such list
 */
export const readKnownIssues = (path: string): readonly KnownIssue[] | WrongIssue =>
  parseKnownIssues(readGivenText(path, { what: 'a JSON Lines file of known issues', most: maxBytes }));
