/** Actions about the file of known issues. */
import type { Workbench } from '../workbench.ts';
import { plural } from '../words/numbers.ts';
import type { Action } from './action.ts';

export function knownIssueActions({ shell, knownIssues, notice, tell }: Workbench): readonly Action[] {
  const choose = async (): Promise<void> => {
    const { knownIssues: chosen } = await shell.call('chooseKnownIssues', {});
    if (chosen === undefined) return;
    if (chosen.failure !== undefined) {
      tell(new Error(`known issues: ${chosen.failure}`));
      return;
    }
    knownIssues.set(chosen);
    notice.set({ tone: 'plain', text: `${plural(chosen.issues?.length ?? 0, 'known issue')} of ${chosen.path}` });
  };
  const forget = async (): Promise<void> => {
    await shell.call('forgetKnownIssues', {});
    knownIssues.set(undefined);
  };
  return [
    { id: 'known-issues.choose', title: 'Known issues: choose a file (JSON Lines)', run: () => void choose().catch(tell) },
    ...(knownIssues.get() === undefined
      ? []
      : [{ id: 'known-issues.forget', title: `Known issues: no longer use ${knownIssues.get()?.path ?? ''}`, run: () => void forget().catch(tell) }]),
  ];
}
