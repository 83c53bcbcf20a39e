/** The file of known issues that a person keeps in the settings. It is read anew at each start, and stays where it is. */
import { readKnownIssues } from '../files/known-issues-file.ts';
import type { KeptIssues } from '../shared/shell-protocol.ts';

/** Its issues; where it cannot be read, why: the window says so, and starts all the same. */
export function readKeptIssues(path: string): KeptIssues {
  try {
    const read = readKnownIssues(path);
    return 'why' in read ? { path, failure: `${path}, line ${read.line}: ${read.why}` } : { path, issues: [...read] };
  } catch (error) {
    return { path, failure: error instanceof Error ? error.message : String(error) };
  }
}
