/** The chosen theme, and the resulting one on this screen. */
import type { Theme } from '../../shared/shell-protocol.ts';
import { createStore, type Readable } from './store.ts';

export type ShownTheme = 'dark' | 'light' | 'contrast';

export interface ThemeState {
  readonly chosen: Theme;
  readonly shown: ShownTheme;
}

/** The system's preferences, from media queries. */
export interface ScreenWishes {
  readonly light: boolean;
  readonly moreContrast: boolean;
}

export function shownTheme(chosen: Theme, wishes: ScreenWishes): ShownTheme {
  if (chosen !== 'system') return chosen;
  if (wishes.moreContrast) return 'contrast';
  return wishes.light ? 'light' : 'dark';
}

export interface Themes {
  readonly state: Readable<ThemeState>;
  readonly choose: (theme: Theme) => void;
  readonly wishesChanged: (wishes: ScreenWishes) => void;
}

export function createThemes(first: ScreenWishes): Themes {
  let wishes = first;
  const state = createStore<ThemeState>({ chosen: 'system', shown: shownTheme('system', wishes) });
  const apply = (chosen: Theme): void => state.set({ chosen, shown: shownTheme(chosen, wishes) });
  return {
    state,
    choose: apply,
    wishesChanged(now) {
      wishes = now;
      apply(state.get().chosen);
    },
  };
}
