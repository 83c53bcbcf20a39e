/** Notices that an open dump's file vanished or changed: what is shown is from the file as it was opened. */
import type { Shell } from '../shell/shell-calls.ts';
import type { OpenDumps } from './open-dumps.ts';
import { createStore, type Readable } from './store.ts';

export type FileTrouble = 'gone' | 'changed';

export interface FileWatch {
  /** By dump key. */
  readonly troubles: Readable<Readonly<Record<string, FileTrouble>>>;
  /** Takes the current file as the reference: it was opened again. */
  readonly accept: (key: string) => void;
  readonly look: () => Promise<void>;
  readonly stop: () => void;
}

const everyMs = 2000;

export function watchFiles(dumps: Pick<OpenDumps, 'all'>, shell: Pick<Shell, 'call'>, interval = everyMs): FileWatch {
  const troubles = createStore<Readonly<Record<string, FileTrouble>>>({});
  /** Size and times when the dump was opened. */
  const first = new Map<string, string>();
  const look = async (): Promise<void> => {
    const open = dumps.all.get().filter(({ phase }) => phase.kind === 'open');
    if (open.length === 0) {
      first.clear();
      if (Object.keys(troubles.get()).length > 0) troubles.set({});
      return;
    }
    const { files } = await shell.call('fileStates', { paths: open.map(({ path }) => path) });
    const found: Record<string, FileTrouble> = {};
    for (const [index, { key }] of open.entries()) {
      const file = files[index];
      const state = file?.modified === undefined ? undefined : `${file.bytes ?? ''}/${file.modified}/${file.changed ?? ''}`;
      const before = first.get(key);
      if (state === undefined) found[key] = 'gone';
      else if (before === undefined) first.set(key, state);
      else if (before !== state) found[key] = 'changed';
    }
    for (const key of first.keys()) if (!open.some((dump) => dump.key === key)) first.delete(key);
    if (JSON.stringify(found) !== JSON.stringify(troubles.get())) troubles.set(found);
  };
  const timer = setInterval(() => void look().catch(() => undefined), interval);
  return {
    troubles,
    look,
    accept(key) {
      first.delete(key);
      troubles.update(({ [key]: _seen, ...rest }) => rest);
    },
    stop: () => clearInterval(timer),
  };
}
