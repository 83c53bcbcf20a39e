/** Actions about the file of known issues. */
import { chooseKnownIssues, forgetKnownIssues } from '../state/known-issues.ts';
import type { Workbench } from '../workbench.ts';
import type { Action } from './action.ts';

export function knownIssueActions(workbench: Workbench): readonly Action[] {
  const chosen = workbench.knownIssues.get();
  return [
    { id: 'known-issues.choose', title: 'Known issues: choose a file (JSON Lines)', run: () => chooseKnownIssues(workbench) },
    ...(chosen === undefined ? [] : [{ id: 'known-issues.forget', title: `Known issues: stop using ${chosen.path}`, run: () => forgetKnownIssues(workbench) }]),
  ];
}
