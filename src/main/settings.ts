/** Theme, recents and the window's place, in one small file of the user's configuration folder. */
import Store from 'electron-store';
import { nativeTheme } from 'electron';
import type { Density, Recent, Theme } from '../shared/shell-protocol.ts';

interface Stored {
  theme: Theme;
  recents: Recent[];
  density: Density;
  /** Command id -> keys. */
  keys: Record<string, string>;
  bounds?: { x: number; y: number; width: number; height: number };
}

export interface Settings {
  readonly theme: () => Theme;
  readonly setTheme: (theme: Theme) => void;
  readonly density: () => Density;
  readonly setDensity: (density: Density) => void;
  readonly keys: () => Record<string, string>;
  readonly setKeys: (command: string, keys: string | undefined) => void;
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
  const store = new Store<Stored>({ defaults: { theme: 'system', recents: [], density: 'comfortable', keys: {} }, clearInvalidConfig: true });
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
    density: () => store.get('density'),
    setDensity(density) {
      store.set('density', density);
    },
    keys: () => store.get('keys'),
    setKeys(command, keys) {
      const { [command]: _old, ...rest } = store.get('keys');
      // Whole: ids hold dots, which the store would take for a path.
      store.set('keys', keys === undefined ? rest : { ...rest, [command]: keys });
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
