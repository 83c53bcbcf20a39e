/** The file of known issues that reports and checks use: chosen by the user, remembered by main, read again at each start. */
import type { KeptIssues } from '../../shared/shell-protocol.ts';
import type { Shell } from '../shell/shell-calls.ts';
import { plural } from '../words/numbers.ts';
import type { Notice } from './notice.ts';
import type { Store } from './store.ts';

interface Parts {
  readonly shell: Pick<Shell, 'call'>;
  readonly knownIssues: Store<KeptIssues | undefined>;
  readonly notice: Pick<Store<Notice | undefined>, 'set'>;
  readonly tell: (error: unknown) => void;
}

async function choose({ shell, knownIssues, notice }: Parts): Promise<void> {
  const { knownIssues: chosen } = await shell.call('chooseKnownIssues', {});
  if (chosen === undefined) return;
  if (chosen.failure !== undefined) throw new Error(`known issues: ${chosen.failure}`);
  knownIssues.set(chosen);
  notice.set({ tone: 'plain', text: `${plural(chosen.issues?.length ?? 0, 'known issue')} in ${chosen.path}` });
}

export const chooseKnownIssues = (parts: Parts): void => void choose(parts).catch(parts.tell);

export const forgetKnownIssues = ({ shell, knownIssues, tell }: Parts): void =>
  void shell.call('forgetKnownIssues', {}).then(() => knownIssues.set(undefined), tell);
