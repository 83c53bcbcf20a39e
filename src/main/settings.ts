/** Theme, recent dumps and the window's position, in one small file of the user's configuration folder. */
import { join } from 'node:path';
import { app, nativeTheme } from 'electron';
import type { Density, Fonts, HexRows, Recent, Theme } from '../shared/shell-protocol.ts';
import { readSettings, writeSettings, type StoredSettings } from './settings-file.ts';

export interface Settings {
  readonly theme: () => Theme;
  readonly setTheme: (theme: Theme) => void;
  readonly density: () => Density;
  readonly setDensity: (density: Density) => void;
  readonly fonts: () => Fonts;
  readonly setFonts: (fonts: Fonts) => void;
  readonly zoomFactor: () => number;
  readonly setZoomFactor: (factor: number) => void;
  readonly hexRows: () => HexRows;
  readonly setHexRows: (rows: HexRows) => void;
  readonly keys: () => Record<string, string>;
  readonly setKeys: (command: string, keys: string | undefined) => void;
  readonly recents: () => Recent[];
  readonly remember: (recent: Recent) => Recent[];
  readonly forget: (path: string) => Recent[];
  /** Path of the file of known issues. */
  readonly knownIssues: () => string | undefined;
  readonly setKnownIssues: (path: string | undefined) => void;
  readonly bounds: () => StoredSettings['bounds'];
  readonly setBounds: (bounds: NonNullable<StoredSettings['bounds']>) => void;
}

const maxRecents = 12;

function applyTheme(theme: Theme): void {
  nativeTheme.themeSource = theme === 'contrast' ? 'dark' : theme;
}

export function openSettings(): Settings {
  const path = join(app.getPath('userData'), 'config.json');
  let stored = readSettings(path);
  applyTheme(stored.theme);
  /** Settings that cannot be saved still apply to this run. */
  const set = (change: Partial<StoredSettings>): void => {
    stored = { ...stored, ...change };
    writeSettings(path, stored);
  };
  const save = (recents: Recent[]): Recent[] => {
    set({ recents });
    return recents;
  };
  return {
    theme: () => stored.theme,
    setTheme(theme) {
      applyTheme(theme);
      set({ theme });
    },
    density: () => stored.density,
    setDensity(density) {
      set({ density });
    },
    fonts: () => stored.fonts,
    setFonts(fonts) {
      set({ fonts });
    },
    zoomFactor: () => stored.zoomFactor,
    setZoomFactor(zoomFactor) {
      set({ zoomFactor });
    },
    hexRows: () => stored.hexRows,
    setHexRows(hexRows) {
      set({ hexRows });
    },
    keys: () => stored.keys,
    setKeys(command, keys) {
      const { [command]: _old, ...rest } = stored.keys;
      set({ keys: keys === undefined ? rest : { ...rest, [command]: keys } });
    },
    recents: () => stored.recents,
    remember: (recent) => save([recent, ...stored.recents.filter((one) => one.path !== recent.path)].slice(0, maxRecents)),
    forget: (path) => save(stored.recents.filter((one) => one.path !== path)),
    knownIssues: () => stored.knownIssues,
    setKnownIssues(path) {
      set({ knownIssues: path });
    },
    bounds: () => stored.bounds,
    setBounds(bounds) {
      try {
        set({ bounds });
      } catch {
        // The window is closing: an error could no longer be shown.
      }
    },
  };
}
