/** Recently opened dumps, for the palette: by name, with what was found in them. */
import { fileName } from '../state/open-dump.ts';
import { recentBadge } from '../words/recent.ts';
import type { Workbench } from '../workbench.ts';
import type { Action } from './action.ts';

export function recentActions({ recents, dumps, openRecent }: Pick<Workbench, 'recents' | 'dumps' | 'openRecent'>): readonly Action[] {
  const open = new Set(dumps.all.get().map(({ path }) => path));
  return recents
    .get()
    .filter(({ path }) => !open.has(path))
    .map((recent) => ({
      id: `file.recent.${recent.path}`,
      title: `Open recent: ${fileName(recent.path)} (${recent.verdict ?? recentBadge(recent).word})`,
      run: () => openRecent(recent),
    }));
}
