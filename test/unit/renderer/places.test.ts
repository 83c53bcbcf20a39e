import { describe, expect, it } from 'vitest';
import { createPlaces } from '../../../src/renderer/state/places.ts';
import { positionText, type Position } from '../../../src/renderer/state/position.ts';
import { activeTab, closeDumpTabs, closeTab, neighbourTab, noTabs, show } from '../../../src/renderer/state/tabs.ts';

const at = (address: bigint): Position => ({ space: 'absolute', address, length: 1 });

describe('tabs', () => {
  it('are next to the other tabs of their dump', () => {
    const tabs = show(show(show(noTabs, 'overview', 'a'), 'overview', 'b'), 'hex', 'a');
    expect(tabs.open.map(({ id }) => id)).toEqual(['a/overview', 'a/hex', 'b/overview']);
    expect(tabs.active).toBe('a/hex');
    expect(tabs.dump).toBe('a');
  });

  it('keep their dump current while a view of the window is shown', () => {
    const tabs = show(show(noTabs, 'overview', 'a'), 'jobs', 'a');
    expect(activeTab(tabs)).toEqual({ id: 'window/jobs', view: 'jobs', dump: undefined });
    expect(tabs.dump).toBe('a');
  });

  it('of the window are closed with the last dump, except a catalogue, from which the next one is opened', () => {
    const withJobs = show(show(noTabs, 'overview', 'a'), 'jobs', 'a');
    expect(closeDumpTabs(withJobs, 'a')).toEqual(noTabs);
    const withFleet = show(show(show(noTabs, 'fleet', undefined), 'jobs', undefined), 'overview', 'a');
    expect(closeDumpTabs(withFleet, 'a')).toEqual({ open: withFleet.open.slice(0, 2), active: 'window/fleet', dump: undefined });
  });

  it('pass the focus to a neighbour when they are closed', () => {
    const tabs = show(show(show(noTabs, 'overview', 'a'), 'cpus', 'a'), 'hex', 'a');
    expect(closeTab(tabs, 'a/hex').active).toBe('a/cpus');
    expect(neighbourTab(tabs, 1)?.id).toBe('a/overview');
    expect(neighbourTab(tabs, -1)?.id).toBe('a/cpus');
  });
});

describe('places', () => {
  it('come back where they were jumped from, with their cursor', () => {
    const places = createPlaces();
    places.show('overview', 'a');
    places.goTo('a', at(0x1000n));
    places.moveCursor('a', at(0x1010n));
    places.goTo('a', at(0x9000n));
    places.back();
    expect(places.cursors.get().a).toEqual(at(0x1010n));
    places.back();
    expect(activeTab(places.tabs.get())?.view).toBe('overview');
    places.forward();
    places.forward();
    expect(places.cursors.get().a).toEqual(at(0x9000n));
    expect(activeTab(places.tabs.get())?.view).toBe('hex');
  });

  it('are those of the hex grid that was last in front, until it is closed', () => {
    const places = createPlaces();
    places.goTo('a', at(0x1000n));
    const second = places.openGrid('a', at(0x2000n));
    places.show('lowcore', 'a');
    expect(places.followed.get()).toEqual({ a: second.id });
    expect(places.position()).toEqual(at(0x2000n));
    // The view moves the cursor that it shows.
    places.moveCursor(second.id, at(0x2010n));
    expect(places.position()).toEqual(at(0x2010n));
    expect(places.cursors.get().a).toEqual(at(0x1000n));
    places.show('hex', 'a');
    places.show('lowcore', 'a');
    expect(places.position()).toEqual(at(0x1000n));
    places.activate(second.id);
    places.show('notes', 'a');
    places.closeTab(second.id);
    expect(places.followed.get()).toEqual({});
    expect(places.position()).toEqual(at(0x1000n));
  });

  it('drop a closed dump', () => {
    const places = createPlaces();
    places.show('overview', 'a');
    places.show('overview', 'b');
    places.goTo('b', at(1n));
    places.dumpClosed('b');
    expect(places.cursors.get()).toEqual({});
    expect(places.tabs.get()).toMatchObject({ active: 'a/overview', dump: 'a' });
    places.back();
    expect(activeTab(places.tabs.get())?.dump).toBe('a');
    places.show('jobs');
    places.dumpClosed('a');
    expect(places.tabs.get()).toEqual(noTabs);
  });

  it('are written as the go-to box reads them', () => {
    expect(positionText(at(0x1f00n))).toBe('absolute:0x1f00');
    expect(positionText({ space: 'real', cpu: 2, address: 0x200n, length: 0 })).toBe('real(2):0x200');
  });
});
