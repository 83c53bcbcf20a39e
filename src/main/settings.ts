/** Theme, recents and the window's place, in one small file of the user's configuration folder. */
import Store from 'electron-store';
import { nativeTheme } from 'electron';
import type { Recent, Theme } from '../shared/shell-protocol.ts';

interface Stored {
  theme: Theme;
  recents: Recent[];
  bounds?: { x: number; y: number; width: number; height: number };
}

export interface Settings {
  readonly theme: () => Theme;
  readonly setTheme: (theme: Theme) => void;
  readonly recents: () => Recent[];
  readonly remember: (recent: Recent) => Recent[];
  readonly forget: (path: string) => Recent[];
  readonly bounds: () => Stored['bounds'];
  readonly setBounds: (bounds: NonNullable<Stored['bounds']>) => void;
}

const maxRecents = 12;

function applyTheme(theme: Theme): void {
  nativeTheme.themeSource = theme === 'contrast' ? 'dark' : theme;
}

export function openSettings(): Settings {
  const store = new Store<Stored>({ defaults: { theme: 'system', recents: [] }, clearInvalidConfig: true });
  applyTheme(store.get('theme'));
  const save = (recents: Recent[]): Recent[] => {
    store.set('recents', recents);
    return recents;
  };
  return {
    theme: () => store.get('theme'),
    setTheme(theme) {
      store.set('theme', theme);
      applyTheme(theme);
    },
    recents: () => store.get('recents'),
    remember: (recent) => save([recent, ...store.get('recents').filter((one) => one.path !== recent.path)].slice(0, maxRecents)),
    forget: (path) => save(store.get('recents').filter((one) => one.path !== path)),
    bounds: () => store.get('bounds'),
    setBounds(bounds) {
      store.set('bounds', bounds);
    },
  };
}
