import { describe, expect, it } from 'vitest';
import { matchActions, matchScore } from '../../../src/renderer/app/action-match.ts';
import { keysText, matchesKeys, type KeyPress } from '../../../src/renderer/app/keymap.ts';
import { createThemes, shownTheme } from '../../../src/renderer/state/theme.ts';

const press = (key: string, held: Partial<KeyPress> = {}): KeyPress => ({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...held });

describe('keys', () => {
  it('match with exactly their modifiers', () => {
    expect(matchesKeys(press('g', { ctrlKey: true }), 'Ctrl+G', false)).toBe(true);
    expect(matchesKeys(press('G', { ctrlKey: true, shiftKey: true }), 'Ctrl+G', false)).toBe(false);
    expect(matchesKeys(press('P', { ctrlKey: true, shiftKey: true }), 'Ctrl+Shift+P', false)).toBe(true);
    expect(matchesKeys(press('ArrowLeft', { altKey: true }), 'Alt+Left', false)).toBe(true);
    expect(matchesKeys(press('F6'), 'F6', false)).toBe(true);
  });

  it('take Command for Ctrl on macOS', () => {
    expect(matchesKeys(press('o', { metaKey: true }), 'Ctrl+O', true)).toBe(true);
    expect(matchesKeys(press('o', { ctrlKey: true }), 'Ctrl+O', true)).toBe(false);
    expect(keysText('Ctrl+O', true)).toBe('⌘+O');
  });
});

describe('palette', () => {
  const actions = ['Open dumps…', 'Go to address', 'Show Overview', 'Theme: dark'].map((title) => ({ title }));
  it('finds by letters in order, starts of words first', () => {
    expect(matchScore('Go to address', 'xyz')).toBeUndefined();
    expect(matchActions(actions, 'so').map(({ title }) => title)[0]).toBe('Show Overview');
    expect(matchActions(actions, 'dark').map(({ title }) => title)).toEqual(['Theme: dark']);
    expect(matchActions(actions, '').length).toBe(4);
  });
});

describe('theme', () => {
  it('follows the screen only if it is set to system', () => {
    expect(shownTheme('system', { light: true, moreContrast: false })).toBe('light');
    expect(shownTheme('system', { light: true, moreContrast: true })).toBe('contrast');
    expect(shownTheme('dark', { light: true, moreContrast: true })).toBe('dark');
    const themes = createThemes({ light: false, moreContrast: false });
    themes.wishesChanged({ light: true, moreContrast: false });
    expect(themes.state.get()).toEqual({ chosen: 'system', shown: 'light' });
    themes.choose('contrast');
    themes.wishesChanged({ light: false, moreContrast: false });
    expect(themes.state.get().shown).toBe('contrast');
  });
});
