import { describe, expect, it } from 'vitest';
import { createDock, type DockWidget } from '../../../src/renderer/state/dock.ts';
import { layoutTabs, mapLayout, sideBySide, single, triageLayout, type DockLayout } from '../../../src/renderer/state/dock-layout.ts';
import { createPlaces } from '../../../src/renderer/state/places.ts';
import { cursorKey, newGrid, noTabs, reorder, showTab, tabOf } from '../../../src/renderer/state/tabs.ts';
import { readGrid, writeGrid } from '../../../src/renderer/app/dock/dock-grid.ts';

const nestedLayout: DockLayout = {
  direction: 'row',
  parts: [
    { kind: 'pane', share: 0.25, tabs: [tabOf('overview', 'a')], front: 'a/overview' },
    {
      kind: 'split',
      share: 0.75,
      parts: [
        { kind: 'pane', share: 0.5, tabs: [tabOf('hex', 'a'), tabOf('hex', 'a', 2)], front: 'a/hex/2' },
        { kind: 'pane', share: 0.5, tabs: [tabOf('hex', 'b')], front: 'b/hex' },
      ],
    },
  ],
};

describe('layouts', () => {
  it("survive the conversion to the dock widget's format and back", () => {
    const tabs = layoutTabs(nestedLayout);
    const written = writeGrid(nestedLayout, 1200, 800, 'view');
    expect(Object.keys(written.panels)).toEqual(['a/overview', 'a/hex', 'a/hex/2', 'b/hex']);
    expect(readGrid(written, (id) => tabs.find((tab) => tab.id === id))).toEqual(nestedLayout);
  });

  it('lose the panes of what is closed', () => {
    const left = mapLayout(nestedLayout, (tab) => (tab.dump === 'b' ? undefined : tab));
    expect(left === undefined ? [] : layoutTabs(left).map(({ id }) => id)).toEqual(['a/overview', 'a/hex', 'a/hex/2']);
    expect(mapLayout(nestedLayout, () => undefined)).toBeUndefined();
  });

  it('wait for the dock if no tab is open yet', () => {
    const places = createPlaces();
    const dock = createDock(places, { done: () => undefined }, () => true);
    dock.apply(triageLayout('a'));
    expect(places.tabs.get()).toMatchObject({ active: 'a/overview', dump: 'a' });
    const applied: DockLayout[] = [];
    const widget = { apply: (layout: DockLayout) => applied.push(layout) } as unknown as DockWidget;
    expect(dock.attach(widget)).toEqual(triageLayout('a'));
    expect(dock.attach(widget)).toBeUndefined();
    dock.apply(sideBySide('a', 'b'), { b: { space: 'absolute', address: 16n, length: 1 } }, 'b/cpus');
    expect(applied).toEqual([sideBySide('a', 'b')]);
    expect(places.tabs.get().active).toBe('b/cpus');
    expect(places.cursors.get().b?.address).toBe(16n);
    expect(layoutTabs(single(places.tabs.get().open, undefined)).length).toBe(6);
  });
});

describe('additional hex grids', () => {
  it('have the lowest free number and their own cursor', () => {
    const tabs = showTab(showTab(noTabs, tabOf('hex', 'a')), tabOf('hex', 'a', 3));
    expect(newGrid(tabs, 'a')).toEqual({ id: 'a/hex/2', view: 'hex', dump: 'a', grid: 2 });
    expect(cursorKey(tabOf('hex', 'a'))).toBe('a');
    expect(cursorKey(tabOf('hex', 'a', 3))).toBe('a/hex/3');
  });

  it('jump and return independently, and are closed with their dump', () => {
    const places = createPlaces();
    places.goTo('a', { space: 'absolute', address: 1n, length: 1 });
    const grid = places.openGrid('a', places.cursors.get().a);
    places.goTo('a', { space: 'absolute', address: 2n, length: 1 });
    expect(places.tabs.get().active).toBe(grid.id);
    expect([places.cursors.get().a?.address, places.cursors.get()[grid.id]?.address]).toEqual([1n, 2n]);
    places.activate('a/hex');
    places.back();
    expect(places.tabs.get().active).toBe(grid.id);
    places.dumpClosed('a');
    expect(places.cursors.get()).toEqual({});
  });

  it('follow the order on screen', () => {
    const tabs = showTab(showTab(noTabs, tabOf('hex', 'a')), tabOf('cpus', 'a'));
    expect(reorder(tabs, ['a/cpus', 'a/hex']).open.map(({ id }) => id)).toEqual(['a/cpus', 'a/hex']);
    expect(reorder(tabs, ['a/hex', 'a/cpus'])).toBe(tabs);
  });
});
