/** The file of known issues named in the settings. It is read again at each start, and is not copied. */
import { readKnownIssues } from '../files/known-issues-file.ts';
import type { KeptIssues } from '../shared/shell-protocol.ts';

/** Its issues, or why it cannot be read: the window reports that and starts anyway. */
export function readKeptIssues(path: string): KeptIssues {
  try {
    const read = readKnownIssues(path);
    return 'why' in read ? { path, failure: `${path}, line ${read.line}: ${read.why}` } : { path, issues: [...read] };
  } catch (error) {
    return { path, failure: error instanceof Error ? error.message : String(error) };
  }
}
