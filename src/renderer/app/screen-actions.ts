/** Actions on the appearance of the window. */
import { densities, fontChoices, themes } from '../../shared/shell-protocol.ts';
import type { Workbench } from '../workbench.ts';
import { fontTitles, themeTitles } from '../words/preferences.ts';
import type { Action } from './action.ts';

export function screenActions({ preferences }: Workbench): readonly Action[] {
  const { zoom, chooseDensity, chooseFonts, chooseTheme } = preferences;
  return [
    { id: 'zoom.in', title: 'Zoom in', keys: 'Ctrl+=', run: () => zoom('in') },
    { id: 'zoom.out', title: 'Zoom out', keys: 'Ctrl+-', run: () => zoom('out') },
    { id: 'zoom.reset', title: 'Zoom: actual size', keys: 'Ctrl+0', run: () => zoom('reset') },
    { id: 'zoom.double', title: 'Zoom: 200 %', run: () => zoom('double') },
    ...densities.map((one) => ({ id: `density.${one}`, title: `Density: ${one}`, run: () => chooseDensity(one) })),
    ...fontChoices.map((one) => ({ id: `fonts.${one}`, title: `Fonts: ${fontTitles[one]}`, run: () => chooseFonts(one) })),
    ...themes.map((one) => ({ id: `theme.${one}`, title: `Theme: ${themeTitles[one].toLowerCase()}`, run: () => chooseTheme(one) })),
  ];
}
