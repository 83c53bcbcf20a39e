import { describe, expect, it } from 'vitest';
import { chooseForComparison, placeText, reachable } from '../../../src/renderer/views/fleet/fleet-dumps.ts';
import { isServer, namesText, overviewText } from '../../../src/renderer/views/fleet/fleet-words.ts';
import { partStart, trendBars, trendText } from '../../../src/renderer/views/fleet/trend.ts';
import type { FleetDump } from '../../../src/shared/fleet-protocol.ts';

const dump = (dumpKey: string): FleetDump => ({ dumpKey, title: 't', class: 'bug', format: 's390', bytes: 1, arch: 's390x', places: [] });
const place = (storage: string, path: string, isReachable: boolean) => ({ storage, path, parts: [], isReachable });

describe('trends', () => {
  const span = { start: '2026-01-01T00:00:00.000Z', end: '2026-01-25T00:00:00.000Z' };

  it('are bars up to the highest of the row; a part without dumps has none', () => {
    expect(trendBars([0, 4, 1, 0])).toEqual([
      { x: 0.25, width: 0.25, height: 1 },
      { x: 0.5, width: 0.25, height: 0.25 },
    ]);
    expect(trendBars([])).toEqual([]);
  });

  it('say when the most came', () => {
    expect(partStart(span, 12, 24)).toBe('2026-01-13');
    expect(trendText([0, 3, 1, 0], span)).toBe('4 dumps between 2026-01-01 and 2026-01-25, most (3) from 2026-01-07 on');
    expect(trendText([0, 0, 1, 0], span)).toBe('1 dump between 2026-01-01 and 2026-01-25, from 2026-01-13 on');
    expect(trendText([0, 0], span)).toBe('no times are known');
    expect(trendText([], undefined)).toBe('no times are known');
  });
});

describe('dumps of an issue', () => {
  it('open from the first place that can be reached', () => {
    const places = [place('local:host2', '/var/crash/vmcore', false), place('share:filer', '/mnt/a', true), place('share:filer', '/mnt/b', true)];
    expect(reachable({ places })?.path).toBe('/mnt/a');
    expect(placeText({ places })).toBe('/mnt/a (and 2 more)');
    expect(reachable({ places: places.slice(0, 1) })).toBeUndefined();
    expect(placeText({ places: places.slice(0, 1) })).toBe('disk of host2: /var/crash/vmcore');
    expect(placeText({ places: [] })).toContain('not known');
  });

  it('are compared two at a time: the third takes the place of the first', () => {
    const chosen = ['a', 'b', 'c', 'b'].reduce<readonly FleetDump[]>((before, key) => chooseForComparison(before, dump(key)), []);
    expect(chosen.map(({ dumpKey }) => dumpKey)).toEqual(['c']);
    expect(chooseForComparison([dump('a'), dump('b')], dump('c')).map(({ dumpKey }) => dumpKey)).toEqual(['b', 'c']);
  });
});

describe('words about a catalogue', () => {
  it('count', () => {
    expect(namesText(['a', 'b'], 2)).toBe('a, b');
    expect(namesText(['a', 'b', 'c'], 1003)).toBe('a, b, c and 1,000 more');
    expect(overviewText({ dumps: 100_003, issues: 1, withoutIssue: 3, queued: 2 })).toBe('100,003 dumps, 1 issue, 2 files in the queue');
    expect(['postgres://h/d', 'postgresql://h/d', '/var/fleet', 'mysql://h'].map(isServer)).toEqual([true, true, false, false]);
  });
});
