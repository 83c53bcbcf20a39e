/** The user's choices apply immediately, and are saved. */
import { describe, expect, it } from 'vitest';
import { cacheRows } from '../../../src/renderer/views/settings/cache-rows.ts';
import { createPreferences } from '../../../src/renderer/state/preferences.ts';
import { createThemes } from '../../../src/renderer/state/theme.ts';
import type { Shell } from '../../../src/renderer/shell/shell-calls.ts';

function setUp(fails = false) {
  const calls: (readonly [string, unknown])[] = [];
  const call = (method: string, params: unknown): Promise<unknown> => {
    calls.push([method, params]);
    return fails ? Promise.reject(new Error('the disk is full')) : Promise.resolve(method === 'zoom' ? { factor: 1.1 } : {});
  };
  const themes = createThemes({ light: false, moreContrast: false });
  const wrong: string[] = [];
  const preferences = createPreferences({ call: call as Shell['call'] }, themes, (error) => wrong.push(String(error)));
  return { preferences, themes, calls, wrong };
}

describe('preferences', () => {
  it('are applied at once, and saved by main', async () => {
    const { preferences, themes, calls } = setUp();
    preferences.chooseTheme('contrast');
    preferences.chooseDensity('compact');
    preferences.chooseFonts('system');
    preferences.chooseHexRows({ bytes: 32, ebcdic: true });
    expect(themes.state.get()).toEqual({ chosen: 'contrast', shown: 'contrast' });
    expect([preferences.density.get(), preferences.fonts.get(), preferences.hexRows.get()]).toEqual(['compact', 'system', { bytes: 32, ebcdic: true }]);
    expect(calls).toEqual([
      ['setTheme', { theme: 'contrast' }],
      ['setDensity', { density: 'compact' }],
      ['setFonts', { fonts: 'system' }],
      ['setHexRows', { bytes: 32, ebcdic: true }],
    ]);
    // The size is the one that main returned.
    preferences.zoom('in');
    await Promise.resolve();
    await Promise.resolve();
    expect(preferences.zoomFactor.get()).toBe(1.1);
  });

  it('apply to this run if they cannot be saved, and that is reported', async () => {
    const { preferences, wrong } = setUp(true);
    preferences.chooseDensity('compact');
    await Promise.resolve();
    await Promise.resolve();
    expect(preferences.density.get()).toBe('compact');
    expect(wrong).toEqual(['Error: the disk is full']);
  });
});

describe('the cache', () => {
  it('is listed by contents; what is absent has no row', () => {
    const index = { path: '/c/a.db', bytes: 1 << 20, lastUsed: '2026-11-30T00:00:00Z' };
    const rows = cacheRows({
      folder: '/c',
      bytes: 1 << 20,
      capBytes: 1 << 30,
      otherBytes: 3 << 20,
      indexes: [index],
      others: [
        { path: '/c/x.dump', kind: 'unpacked', bytes: 1 << 20, lastUsed: index.lastUsed },
        { path: '/c/y.dump', kind: 'unpacked', bytes: 2 << 20, lastUsed: index.lastUsed },
        { path: '/c/z.lock', kind: 'lock', bytes: 0, lastUsed: index.lastUsed },
      ],
    });
    expect(rows).toEqual([
      ['Page indexes', '1 index, 1 MiB of at most 1 GiB'],
      ['Unpacked dumps', '2 files, 3 MiB'],
    ]);
  });
});
