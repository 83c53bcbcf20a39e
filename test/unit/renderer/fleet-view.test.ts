import { describe, expect, it } from 'vitest';
import { chooseForComparison, placeText, reachable } from '../../../src/renderer/views/fleet/fleet-dumps.ts';
import { isServer, namesText, overviewText } from '../../../src/renderer/views/fleet/fleet-words.ts';
import { hitRow, searchText } from '../../../src/renderer/views/fleet/search-rows.ts';
import { partStart, trendBars, trendText } from '../../../src/renderer/views/fleet/trend.ts';
import type { FleetHit } from '../../../src/shared/fleet-search-model.ts';
import type { IssueDump } from '../../../src/shared/fleet-protocol.ts';

const dump = (dumpKey: string): IssueDump => ({ dumpKey, title: 't', class: 'bug', format: 's390', bytes: 1, arch: 's390x', places: [] });
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

  it('say when most occurred', () => {
    expect(partStart(span, 12, 24)).toBe('2026-01-13');
    expect(trendText([0, 3, 1, 0], span)).toBe('4 dumps between 2026-01-01 and 2026-01-25, most (3) from 2026-01-07 on');
    expect(trendText([0, 0, 1, 0], span)).toBe('1 dump between 2026-01-01 and 2026-01-25, from 2026-01-13 on');
    expect(trendText([0, 0], span)).toBe('no times are known');
    expect(trendText([], undefined)).toBe('no times are known');
  });
});

describe('dumps of an issue', () => {
  it('open from the first accessible place', () => {
    const places = [place('local:host2', '/var/crash/vmcore', false), place('share:filer', '/mnt/a', true), place('share:filer', '/mnt/b', true)];
    expect(reachable({ places })?.path).toBe('/mnt/a');
    expect(placeText({ places })).toBe('/mnt/a (and 2 more)');
    expect(reachable({ places: places.slice(0, 1) })).toBeUndefined();
    expect(placeText({ places: places.slice(0, 1) })).toBe('disk of host2: /var/crash/vmcore');
    expect(placeText({ places: [] })).toContain('not known');
  });

  it('are compared two at a time: the third replaces the first', () => {
    const chosen = ['a', 'b', 'c', 'b'].reduce<readonly IssueDump[]>((before, key) => chooseForComparison(before, dump(key)), []);
    expect(chosen.map(({ dumpKey }) => dumpKey)).toEqual(['c']);
    expect(chooseForComparison([dump('a'), dump('b')], dump('c')).map(({ dumpKey }) => dumpKey)).toEqual(['b', 'c']);
  });
});

describe('texts about a catalogue', () => {
  it('count', () => {
    expect(namesText(['a', 'b'], 2)).toBe('a, b');
    expect(namesText(['a', 'b', 'c'], 1003)).toBe('a, b, c and 1,000 more');
    expect(overviewText({ dumps: 100_003, issues: 1, withoutIssue: 3, queued: 2 })).toBe('100,003 dumps, 1 issue, 2 files in the queue');
    expect(['postgres://h/d', 'postgresql://h/d', '/var/fleet', 'mysql://h'].map(isServer)).toEqual([true, true, false, false]);
  });
});

describe('hits of a search over a fleet', () => {
  const dump = { key: 'k', title: 't', host: 'h', release: '6.1', ended: '2026-01-01T00:00:00Z' };
  const memory: FleetHit = {
    in: 'memory',
    dump,
    space: 'absolute',
    address: '0x1f00',
    bytes: 2,
    match: '4f53',
    before: '00',
    after: '41',
    link: { path: '/a/vmcore', volumes: ['/a/vmcore.2'], address: 'absolute:0x1f00' },
  };

  it('lead to bytes, to a dump, or to an issue', () => {
    expect(hitRow(memory, false)).toMatchObject({
      where: '0x1f00',
      text: '·OSA',
      host: 'h',
      path: '/a/vmcore',
      target: { path: '/a/vmcore', volumes: ['/a/vmcore.2'], address: 0x1f00n, bytes: 2 },
    });
    expect(hitRow({ in: 'catalogue', table: 'issue', column: 'note', text: 'x', issue: 7 }, false).target).toEqual({ issue: 7 });
    expect(hitRow({ in: 'catalogue', table: 'dump', column: 'title', text: 'x', dump }, false).target).toBeUndefined();
    const shared = { dump, pages: 1, space: 'absolute', addresses: ['0x2000'], link: { path: '/a', address: 'absolute:0x2000' } } as const;
    const pages = hitRow({ in: 'pages', fingerprint: '00112233445566aa', dumpCount: 14, pages: 1200, dumps: [{ ...shared, addresses: ['0x2000'] }] }, false);
    expect(pages).toMatchObject({ where: '14 dumps', text: 'page 00112233445566aa, 1,200 times in all', target: { path: '/a', address: 0x2000n } });
  });

  it('are counted, along with what was not searched', () => {
    const state = {
      phase: 'running',
      question: undefined,
      error: undefined,
      remedy: undefined,
      hits: [memory],
      unread: 0,
      lastUnread: undefined,
      summary: undefined,
    } as const;
    expect(searchText({ ...state, progress: { event: 'progress', part: 'memory', done: 2, total: 3 } })).toBe('1 hit so far · 2 of 3 dumps');
    expect(searchText({ ...state, phase: 'cancelled', progress: undefined, unread: 2, lastUnread: 't: it is gone' })).toBe(
      '1 hit before it was cancelled · 2 dumps could not be searched to the end (t: it is gone)',
    );
    expect(searchText({ ...state, phase: 'failed', progress: undefined, error: 'the pattern is none' })).toBe('the pattern is none');
  });
});
