import { describe, expect, it } from 'vitest';
import type { IgnoreRules } from '../../../src/shared/ignore-rules.ts';
import { parseSession, type SavedSession } from '../../../src/shared/session-model.ts';
import { triageLayout } from '../../../src/renderer/state/dock-layout.ts';
import { createComparisons } from '../../../src/renderer/state/comparisons.ts';
import { createMarkBook, inSpace } from '../../../src/renderer/state/marks.ts';
import { createQueryBook, mostPastQueries } from '../../../src/renderer/state/query-book.ts';
import { readSession, writeSession, type SessionState } from '../../../src/renderer/state/session-file.ts';
import { tabOf } from '../../../src/renderer/state/tabs.ts';

const marks = createMarkBook();
marks.add('dump7', { kind: 'bookmark', space: 'real', cpu: 1, start: 0x200n, end: 0x201n, text: 'late', colour: 'red' });
marks.add('dump7', { kind: 'annotation', space: 'absolute', start: 0x10n, end: 0x20n, text: 'early', colour: 'green' });

const clocks: IgnoreRules = { schema: 1, name: 'clocks', rules: [{ name: 'time', preset: 'time' }] };

const queries = createQueryBook();
queries.ran('dump7', { query: 'select 1', rows: 1 });
queries.ran('dump7', { query: 'select wrong' });
queries.ran('dump7', { query: ' select 1\n', rows: 1 });
queries.change('dump7', { shown: 'chart', chart: 'doughnut', label: 'name', text: 'select' });
queries.ran('gone', { query: 'select 2', rows: 1 });

const state: SessionState = {
  dumps: [
    {
      key: 'dump3',
      path: '/a',
      volumes: ['/b'],
      view: 'prod',
      said: { machine: 's390x', memoryAt: ['0x0', '0x1000'], cck: '/keys/guest.key' },
      identity: undefined,
      attachments: { vmlinux: '/v' },
    },
    { key: 'dump7', path: '/c', volumes: undefined, view: undefined, said: {}, identity: 'f'.repeat(64), dumpKey: 'e'.repeat(64), attachments: {} },
  ],
  layout: triageLayout('dump7'),
  active: tabOf('hex', 'dump7', 2),
  cursors: {
    dump7: { space: 'absolute', address: 16n, length: 4 },
    'dump7/hex/2': { space: 'file', address: 1n, length: 1 },
    gone: { space: 'file', address: 0n, length: 1 },
  },
  marks: marks.all.get(),
  comparisons: {
    dump7: { right: 'dump3', order: 'swapped', exact: true, shift: 0x2000, rules: 'clocks' },
    gone: { right: 'dump3', order: 'time', exact: true, shift: 0, rules: undefined },
  },
  queries: queries.pages.get(),
  ignoreRules: [clocks],
  shown: {
    cpus: { dump7: [3, 1], gone: [1] },
    kept: { 'dump7/search#form': { pattern: 'panic' }, 'dump7/hex/2#laid': 'lowcore', 'window/jobs#open': true, 'gone/sql#text': 'select 1' },
    splits: { cpus: 0.25 },
  },
};

describe('a session file', () => {
  it('has the same contents when it is read with other keys', () => {
    const text = JSON.stringify(writeSession(state));
    const parsed = parseSession(text);
    if (!('session' in parsed)) throw new Error(parsed.why);
    const restored = readSession(parsed.session, ['dump1', 'dump2']);
    expect(restored.layout).toEqual(triageLayout('dump2'));
    expect(restored.cursors).toEqual({ dump2: state.cursors.dump7, 'dump2/hex/2': state.cursors['dump7/hex/2'] });
    expect(restored.marks.dump2?.map(({ text: words }) => words)).toEqual(['late', 'early']);
    expect(restored.marks.dump1).toEqual([]);
    // Everything that the user supplied except the key.
    const said = { machine: 's390x', memoryAt: ['0x0', '0x1000'] };
    expect(parsed.session.dumps[0]).toEqual({ pathHint: '/a', volumes: ['/b'], view: 'prod', said, attachments: { vmlinux: '/v' } });
    expect(text).not.toContain('guest.key');
    expect(parsed.session.dumps[1]).toEqual({ identity: 'f'.repeat(64), dumpKey: 'e'.repeat(64), pathHint: '/c' });
    expect(parsed.session.ignoreRules).toEqual([clocks]);
    expect(restored.queries).toEqual({ dump2: queries.pages.get().dump7 });
    expect(restored.comparisons).toEqual({ dump2: { right: 'dump1', order: 'swapped', exact: true, shift: 0x2000, rules: 'clocks' } });
  });

  it('saves what views showed', () => {
    const parsed = parseSession(JSON.stringify(writeSession(state)));
    if (!('session' in parsed)) throw new Error(parsed.why);
    expect(readSession(parsed.session, ['dump1', 'dump2']).shown).toEqual({
      cpus: { dump2: [3, 1] },
      kept: { 'dump2/search#form': { pattern: 'panic' }, 'dump2/hex/2#laid': 'lowcore', 'window/jobs#open': true },
      splits: { cpus: 0.25 },
    });
    const long = { ...state, shown: { ...state.shown, kept: { 'dump7/search#form': 'x'.repeat(9000) } } };
    expect(writeSession(long).kept).toBeUndefined();
  });

  it('of an older version contains none of that', () => {
    const { cpus: _cpus, kept: _kept, splits: _splits, ...older } = writeSession(state);
    const parsed = parseSession(JSON.stringify(older));
    if (!('session' in parsed)) throw new Error(parsed.why);
    expect(readSession(parsed.session, ['dump1', 'dump2'])).toMatchObject({ layout: triageLayout('dump2'), shown: { cpus: {}, kept: {}, splits: {} } });
  });

  it('of an older version leaves the order of compared dumps to their times', () => {
    const session = writeSession(state);
    const comparisons = session.comparisons?.map(({ order: _order, ...older }) => older);
    const parsed = parseSession(JSON.stringify({ ...session, comparisons }));
    if (!('session' in parsed)) throw new Error(parsed.why);
    expect(readSession(parsed.session, ['dump1', 'dump2']).comparisons.dump2).toMatchObject({ right: 'dump1', order: 'time', shift: 0x2000 });
  });

  it('is validated against what exists', () => {
    const why = (change: (session: Record<string, unknown>) => void): string => {
      const session = JSON.parse(JSON.stringify(writeSession(state))) as Record<string, unknown>;
      change(session);
      const parsed = parseSession(JSON.stringify(session));
      return 'why' in parsed ? parsed.why : '';
    };
    expect(why(() => undefined)).toBe('');
    expect(why((session) => (session.schema = 2))).toContain('later version');
    expect(why((session) => (session.schema = 'x'))).toContain('schema');
    expect(why((session) => (session.cursors = [{ dump: 0, space: 'virtual', address: '0xZZ', length: 1 }]))).toContain('cursors.0.address');
    expect(why((session) => (session.more = 1))).not.toBe('');
    expect(parseSession('{')).toEqual({ why: 'it is not JSON' });
    const deep = `{"schema":1,"dumps":[],"cursors":[],"bookmarks":[],"annotations":[],"ignoreRules":[],"layout":{"direction":"row","parts":[${'{"share":1,"parts":['.repeat(50_000)}${']}'.repeat(50_000)}]}}`;
    expect('why' in parseSession(deep)).toBe(true);
  });

  it('opens a tab once, and no view or dump that does not exist', () => {
    const tabs = [{ view: 'hex', dump: 0 }, { view: 'hex', dump: 0 }, { view: 'holodeck', dump: 0 }, { view: 'cpus', dump: 9 }, { view: 'jobs' }];
    const session: SavedSession = {
      ...writeSession(state),
      layout: {
        direction: 'row',
        parts: [
          { share: 1, tabs, front: 2 },
          { share: 0.5, tabs: [] },
        ],
      },
    };
    const { layout } = readSession(session, ['a']);
    expect(layout?.parts).toEqual([{ kind: 'pane', share: 1, tabs: [tabOf('hex', 'a'), tabOf('jobs', undefined)], front: 'a/hex' }]);
  });
});

describe('marks', () => {
  it('are in the order of their addresses and belong to their space', () => {
    const [first, second] = marks.of('dump7');
    expect([first?.text, second?.text]).toEqual(['early', 'late']);
    expect(inSpace(second!, { space: 'real', cpu: 1, address: 0n, length: 1 })).toBe(true);
    expect(inSpace(second!, { space: 'real', cpu: 0, address: 0n, length: 1 })).toBe(false);
    expect(inSpace(first!, { space: 'absolute', address: 0n, length: 1 })).toBe(true);
  });
});

describe('ignore rules', () => {
  it('of a session are added to the saved ones; invalid ones are named, and the built-in set stays unchanged', () => {
    let kept: string | undefined;
    const open = () => createComparisons({ read: () => kept, write: (text) => (kept = text) });
    const comparisons = open();
    const builtIn = comparisons.rules.get();
    comparisons.saveRules({ ...clocks, name: 'own' });
    const changed = { ...clocks, rules: [{ name: 'timers', preset: 'timers' as const }] };
    expect(comparisons.takeRules([clocks, { name: 'odd', rules: 1 }, { ...clocks, name: builtIn[0]!.name }, changed])).toEqual(['odd']);
    expect(comparisons.ownRules().map(({ name }) => name)).toEqual(['own', 'clocks']);
    expect(comparisons.ownRules()[1]).toEqual(changed);
    expect(comparisons.rules.get()[0]).toEqual(builtIn[0]);
    expect(open().ownRules()).toEqual(comparisons.ownRules());
  });
});

describe('past queries', () => {
  it('are listed once each, newest first, and the oldest are dropped', () => {
    expect(queries.pages.get().dump7?.history).toEqual([{ query: 'select 1', rows: 1 }, { query: 'select wrong' }]);
    const book = createQueryBook();
    for (let at = 0; at < mostPastQueries + 5; at += 1) book.ran('a', { query: `select ${at}`, rows: 1 });
    book.ran('a', { query: '  ' });
    expect(book.pages.get().a?.history.length).toBe(mostPastQueries);
    expect(book.pages.get().a?.history[0]?.query).toBe(`select ${mostPastQueries + 4}`);
    book.dumpClosed('a');
    expect(book.pages.get()).toEqual({});
  });
});
