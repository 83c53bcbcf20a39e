/** The user's choices about the window's appearance: applied immediately, and saved by main for the next start. */
import type { Density, Fonts, HexRows, ShellMethods, Theme } from '../../shared/shell-protocol.ts';
import type { Shell } from '../shell/shell-calls.ts';
import { createStore, type Readable } from './store.ts';
import type { Themes } from './theme.ts';

export interface Preferences {
  readonly density: Readable<Density>;
  readonly fonts: Readable<Fonts>;
  readonly hexRows: Readable<HexRows>;
  /** 1 is the system's size. */
  readonly zoomFactor: Readable<number>;
  readonly chooseTheme: (theme: Theme) => void;
  readonly chooseDensity: (density: Density) => void;
  readonly chooseFonts: (fonts: Fonts) => void;
  readonly chooseHexRows: (rows: HexRows) => void;
  /** To a factor, or by a step from the current one. */
  readonly zoom: (to: 'in' | 'out' | 'reset' | 'double' | number) => void;
  /** What main has saved. */
  readonly take: (kept: Kept) => void;
}

interface Kept {
  readonly theme: Theme;
  readonly density: Density;
  readonly fonts: Fonts;
  readonly hexRows: HexRows;
  readonly zoomFactor: number;
}

type Setter = Extract<keyof ShellMethods, 'setTheme' | 'setDensity' | 'setFonts' | 'setHexRows'>;

export function createPreferences(shell: Pick<Shell, 'call'>, themes: Pick<Themes, 'choose'>, tell: (error: unknown) => void): Preferences {
  const density = createStore<Density>('comfortable');
  const fonts = createStore<Fonts>('bundled');
  const hexRows = createStore<HexRows>({ bytes: 16 });
  const zoomFactor = createStore(1);
  const keep = <M extends Setter>(method: M, params: Parameters<typeof shell.call<M>>[1]): void => void shell.call(method, params).catch(tell);
  return {
    density,
    fonts,
    hexRows,
    zoomFactor,
    chooseTheme(theme) {
      themes.choose(theme);
      keep('setTheme', { theme });
    },
    chooseDensity(chosen) {
      density.set(chosen);
      keep('setDensity', { density: chosen });
    },
    chooseFonts(chosen) {
      fonts.set(chosen);
      keep('setFonts', { fonts: chosen });
    },
    chooseHexRows(rows) {
      hexRows.set(rows);
      keep('setHexRows', rows);
    },
    zoom(to) {
      shell.call('zoom', { to }).then(({ factor }) => zoomFactor.set(factor), tell);
    },
    take(kept) {
      themes.choose(kept.theme);
      density.set(kept.density);
      fonts.set(kept.fonts);
      hexRows.set(kept.hexRows);
      zoomFactor.set(kept.zoomFactor);
    },
  };
}
