/** Reports where each file was saved, with buttons that open it or show it in its folder. */
import type { ExportJson } from '../../shared/export-model.ts';
import { savedKinds, type Saved, type SavedKind } from '../../shared/shell-protocol.ts';
import type { Notice, NoticeAction } from '../state/notice.ts';
import type { Store } from '../state/store.ts';
import type { Shell } from './shell-calls.ts';

type Tell = (error: unknown) => void;

const names: Readonly<Record<SavedKind, string>> = {
  report: 'The report',
  manifest: 'The manifest',
  attestation: 'The attestation',
  session: 'The session',
  rows: 'The rows',
};

const showInFolder = (shell: Pick<Shell, 'call'>, path: string, tell: Tell): NoticeAction => ({
  label: 'Show in folder',
  stays: true,
  run: () => void shell.call('showWritten', { path }).catch(tell),
});

function savedNotice(shell: Pick<Shell, 'call'>, kind: SavedKind, { path, opens }: Saved, tell: Tell): Notice | undefined {
  if (path === undefined) return undefined;
  const about = kind === 'session' ? ' It contains paths and your notes, but no bytes of a dump.' : '';
  const open: NoticeAction = { label: 'Open', stays: true, run: () => void shell.call('openWritten', { path }).catch(tell) };
  return {
    tone: 'plain',
    text: `${names[kind]} ${kind === 'rows' ? 'were' : 'was'} saved as ${path}.${about}`,
    // A session is imported, not opened in another program.
    actions: [...(opens === true && kind !== 'session' ? [open] : []), showInFolder(shell, path, tell)],
  };
}

/** Whether an export is self-describing: a raw file does not record its addresses. */
export const isOpenable = ({ format }: Pick<ExportJson, 'format'>): boolean => format !== 'raw';

export function exportedNotice(
  shell: Pick<Shell, 'call'>,
  result: Pick<ExportJson, 'path' | 'format'>,
  openPaths: (paths: readonly string[]) => Promise<void>,
  tell: Tell,
): Notice {
  const { path } = result;
  const open: NoticeAction = { label: 'Open it here', run: () => void openPaths([path]) };
  return {
    tone: 'plain',
    text: `The memory was exported to ${path}.`,
    actions: [...(isOpenable(result) ? [open] : []), showInFolder(shell, path, tell)],
  };
}

/** The shell, with saves that are reported. */
export function tellSaves(shell: Shell, notice: Pick<Store<Notice | undefined>, 'set'>, tell: Tell): Shell {
  return {
    ...shell,
    async call(method, params) {
      const result = await shell.call(method, params);
      if (method === 'saveText' || method === 'savePdf') {
        const kind = savedKinds.find((one) => 'kind' in params && params.kind === one) ?? 'report';
        const said = savedNotice(shell, kind, result as Saved, tell);
        if (said !== undefined) notice.set(said);
      }
      return result;
    },
  };
}
