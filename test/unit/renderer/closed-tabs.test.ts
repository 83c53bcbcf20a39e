import { describe, expect, it } from 'vitest';
import { createClosedTabs } from '../../../src/renderer/state/closed-tabs.ts';
import { createDock, type DockWidget } from '../../../src/renderer/state/dock.ts';
import {
  layoutTabs,
  mapLayout,
  sameArrangement,
  sideBySide,
  single,
  triageLayout,
  withTabs,
  type DockLayout,
} from '../../../src/renderer/state/dock-layout.ts';
import type { Notice } from '../../../src/renderer/state/notice.ts';
import { createPlaces } from '../../../src/renderer/state/places.ts';
import { createStore } from '../../../src/renderer/state/store.ts';
import { tabOf } from '../../../src/renderer/state/tabs.ts';
import { createUndoStack } from '../../../src/renderer/state/undo.ts';

const open = new Set(['a', 'b']);

/** A dock with a widget that behaves like the real one: it follows the tabs, and moves tabs on request. */
function desk() {
  const places = createPlaces();
  const undo = createUndoStack(createStore<Notice | undefined>(undefined));
  const dock = createDock(places, undo, (dump) => open.has(dump));
  const closed = createClosedTabs(places, dock, undo);
  let layout: DockLayout = single([], undefined);
  const follow = (): void => {
    const { open: tabs } = places.tabs.get();
    layout = withTabs(mapLayout(layout, (tab) => (tabs.some(({ id }) => id === tab.id) ? tab : undefined)) ?? single([], undefined), tabs);
    dock.changed();
  };
  const widget = {
    layout: () => layout,
    apply(next: DockLayout) {
      layout = next;
    },
  } as unknown as DockWidget;
  dock.attach(widget);
  places.tabs.subscribe(follow);
  const drag = (next: DockLayout): void => {
    layout = next;
    dock.changed();
  };
  const shown = (): readonly (readonly string[])[] => layout.parts.map((part) => layoutTabs({ direction: 'row', parts: [part] }).map(({ id }) => id));
  return { places, undo, dock, closed, drag, shown };
}

describe('layouts', () => {
  it('add further tabs next to those of their dump', () => {
    const more = [tabOf('sql', 'b'), tabOf('jobs', undefined), tabOf('hex', 'a')];
    const layout = withTabs(sideBySide('a', 'b'), more);
    expect(layout.parts.map((part) => (part.kind === 'pane' ? part.tabs.map(({ id }) => id) : []))).toEqual([
      ['a/overview', 'a/cpus', 'a/hex', 'window/jobs'],
      ['b/overview', 'b/cpus', 'b/hex', 'b/sql'],
    ]);
    expect(withTabs(layout, more)).toBe(layout);
    expect(layoutTabs(withTabs({ direction: 'row', parts: [] }, more)).length).toBe(3);
  });

  it('are the same arrangement whatever their sizes and tabs in front', () => {
    const one = triageLayout('a');
    const wider = { ...one, parts: one.parts.map((part) => ({ ...part, share: 0.5 })) };
    expect(sameArrangement(one, wider)).toBe(true);
    expect(sameArrangement(one, sideBySide('a', 'b'))).toBe(false);
    expect(sameArrangement(one, { ...one, direction: 'column' })).toBe(false);
  });
});

describe('a chosen layout', () => {
  it('closes no tab, and can be undone and redone', () => {
    const { places, undo, dock, shown } = desk();
    for (const view of ['overview', 'sql', 'kernel'] as const) places.show(view, 'a');
    places.show('overview', 'b');
    const before = shown();
    dock.arrange(sideBySide('a', 'b'), 'Arranged two dumps side by side');
    const after = shown();
    expect(after).toEqual([
      ['a/overview', 'a/cpus', 'a/hex', 'a/sql', 'a/kernel'],
      ['b/overview', 'b/cpus', 'b/hex'],
    ]);
    // A tab opened since then stays.
    places.show('notes', 'a');
    undo.undo();
    expect(shown()).toEqual([[...(before[0] ?? []), 'a/notes']]);
    undo.redo();
    expect(shown()[1]).toEqual(after[1]);
    expect(shown()[0]).toContain('a/notes');
  });

  it('does not bring back the tabs of a dump that was closed', () => {
    const { places, undo, dock, shown } = desk();
    places.show('overview', 'a');
    places.show('overview', 'b');
    dock.arrange(triageLayout('a'), 'Arranged for triage');
    places.dumpClosed('b');
    open.delete('b');
    undo.undo();
    open.add('b');
    expect(shown()).toEqual([['a/overview']]);
  });

  it('made by dragging can be undone as well', () => {
    const { places, undo, drag, shown } = desk();
    places.show('overview', 'a');
    places.show('hex', 'a');
    drag({
      direction: 'row',
      parts: (['overview', 'hex'] as const).map((view) => ({ kind: 'pane', share: 0.5, tabs: [tabOf(view, 'a')], front: undefined })),
    });
    expect(undo.next.get().undo).toBe('Moved a tab');
    undo.undo();
    expect(shown()).toEqual([['a/overview', 'a/hex']]);
    expect(undo.next.get()).toEqual({ redo: 'Moved a tab' });
  });
});

describe('closed tabs', () => {
  it('are reopened where they were, last first', () => {
    const { places, closed, dock, shown } = desk();
    places.show('overview', 'a');
    dock.arrange(triageLayout('a'), 'Arranged for triage');
    const before = shown();
    closed.close(['a/hex'], 'Closed Hex');
    closed.close(['a/integrity', 'a/cpus'], 'Closed 2 tabs');
    expect([shown(), closed.count.get()]).toEqual([[['a/overview'], ['a/regions']], 2]);
    closed.reopen();
    expect(places.tabs.get().active).toBe('a/integrity');
    closed.reopen();
    expect([shown(), closed.count.get(), places.tabs.get().active]).toEqual([before, 0, 'a/hex']);
  });

  it('give way to their neighbour in the same pane', () => {
    const { places, closed, dock } = desk();
    places.show('overview', 'a');
    dock.arrange(triageLayout('a'), 'Arranged for triage');
    places.activate('a/cpus');
    closed.close(['a/cpus'], 'Closed CPUs');
    expect(places.tabs.get().active).toBe('a/integrity');
  });

  it('come back by undo as well, only once', () => {
    const { places, closed, undo, shown } = desk();
    places.show('overview', 'a');
    places.show('hex', 'a');
    closed.close(['a/hex'], 'Closed Hex');
    expect(undo.next.get().undo).toBe('Closed Hex');
    undo.undo();
    expect([shown(), closed.count.get()]).toEqual([[['a/overview', 'a/hex']], 0]);
    undo.redo();
    expect([shown(), closed.count.get()]).toEqual([[['a/overview']], 1]);
    closed.reopen();
    expect([shown(), undo.next.get()]).toEqual([[['a/overview', 'a/hex']], {}]);
  });

  it('come back next to their dump if panes have moved since, and are dropped with their dump', () => {
    const { places, closed, dock, shown } = desk();
    for (const dump of ['a', 'b']) for (const view of ['overview', 'sql'] as const) places.show(view, dump);
    closed.close(['a/sql'], 'Closed SQL');
    closed.close(['b/sql'], 'Closed SQL');
    dock.arrange(sideBySide('a', 'b'), 'Arranged two dumps side by side');
    closed.dumpClosed('b');
    expect(closed.count.get()).toBe(1);
    closed.reopen();
    expect(shown()[0]).toContain('a/sql');
    closed.reopen();
    expect(closed.count.get()).toBe(0);
  });
});
