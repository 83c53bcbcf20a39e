/** Titles of the choices for the window's appearance. */
import type { Density, Fonts, Theme } from '../../shared/shell-protocol.ts';

export const themeTitles: Readonly<Record<Theme, string>> = { system: 'System', light: 'Light', dark: 'Dark', contrast: 'High contrast' };
export const densityTitles: Readonly<Record<Density, string>> = { comfortable: 'Comfortable', compact: 'Compact' };
export const fontTitles: Readonly<Record<Fonts, string>> = { bundled: 'IBM Plex (bundled)', system: 'System fonts' };
