/** Converts the window's state to a session file, and back. Pure: keys of dumps become list positions, and back. */
import { defined } from '../../shared/defined.ts';
import { keptOf } from '../../shared/said-of-dump.ts';
import type { IgnoreRules } from '../../shared/ignore-rules.ts';
import { longestQuery, maxKeptText, sessionVersion, type SavedSession, type SessionNode, type SessionTab } from '../../shared/session-model.ts';
import { hex, pageSize } from '../../shared/units.ts';
import { plainComparison, type ComparisonSettings } from './comparisons.ts';
import { layoutTabs, type DockLayout, type DockNode } from './dock-layout.ts';
import { keptKey, keptParts, type Kept } from './kept.ts';
import type { Marks, NewMark } from './marks.ts';
import type { OpenDump } from './open-dump.ts';
import type { Position } from './position.ts';
import type { QueryPage } from './query-book.ts';
import { isWindowView, tabFrom, tabOf, type Tab } from './tabs.ts';
import { viewIds } from './view-id.ts';

export interface SessionState {
  readonly dumps: readonly (Pick<OpenDump, 'key' | 'path' | 'volumes' | 'view' | 'said' | 'identity' | 'attachments'> & {
    readonly dumpKey?: string | undefined;
  })[];
  readonly layout: DockLayout | undefined;
  readonly active: Tab | undefined;
  readonly cursors: Readonly<Record<string, Position>>;
  readonly marks: Marks;
  /** By the key of the dump whose comparison it is. */
  readonly comparisons: Readonly<Record<string, ComparisonSettings>>;
  /** By the dump's key. */
  readonly queries: Readonly<Record<string, QueryPage>>;
  readonly ignoreRules: readonly IgnoreRules[];
  readonly shown: ShownParts;
}

/** What views show in addition to their cursors. */
export interface ShownParts {
  /** Ids of CPUs, the chosen one first, by dump. */
  readonly cpus: Readonly<Record<string, readonly number[]>>;
  readonly kept: Kept;
  /** Fractions of first panes, by the name of their split. */
  readonly splits: Readonly<Record<string, number>>;
}

const someOf = <T>(list: T[]): T[] | undefined => (list.length === 0 ? undefined : list);

export function writeSession(state: SessionState): SavedSession {
  const place = new Map(state.dumps.map(({ key }, at) => [key, at]));
  const at = (key: string | undefined): number | undefined => (key === undefined ? undefined : place.get(key));
  const tab = ({ view, dump, grid }: Tab): SessionTab => {
    const owner = at(dump);
    return { view, ...defined({ dump: owner, grid }) };
  };
  const node = (one: DockNode): SessionNode => {
    if (one.kind === 'split') return { share: one.share, parts: one.parts.map(node) };
    const front = one.tabs.findIndex(({ id }) => id === one.front);
    return { share: one.share, tabs: one.tabs.map(tab), ...(front === -1 ? {} : { front }) };
  };
  const cpuOf = (cpu: number | undefined): { readonly cpu?: number } => defined({ cpu });
  const cursors = Object.entries(state.cursors).flatMap(([owner, position]) => {
    const [key = '', , grid] = owner.split('/');
    const dump = at(key);
    const { space, cpu, address, length } = position;
    if (dump === undefined) return [];
    return [{ dump, ...(grid === undefined ? {} : { grid: Number(grid) }), space, ...cpuOf(cpu), address: hex(address), length }];
  });
  const marks = Object.entries(state.marks).flatMap(([key, list]) => {
    const dump = at(key);
    return dump === undefined ? [] : list.map((mark) => ({ dump, mark }));
  });
  const cpus = Object.entries(state.shown.cpus).flatMap(([key, ids]) => {
    const dump = at(key);
    return dump === undefined ? [] : [{ dump, ids: [...ids] }];
  });
  const kept = Object.entries(state.shown.kept).flatMap(([key, value]) => {
    const { tab: id, name } = keptParts(key);
    const owner = tabFrom(id);
    if (owner === undefined || (owner.dump !== undefined && at(owner.dump) === undefined) || JSON.stringify(value).length > maxKeptText) return [];
    return [{ tab: tab(owner), name, value }];
  });
  return {
    schema: sessionVersion,
    dumps: state.dumps.map(({ path, volumes, view, said, identity, dumpKey, attachments }) => ({
      ...defined({ identity, dumpKey }),
      pathHint: path,
      ...(volumes === undefined ? {} : { volumes: [...volumes] }),
      ...defined({ view, said: keptOf(said) }),
      ...(Object.values(attachments).some((one) => one !== undefined) ? { attachments } : {}),
    })),
    ...(state.layout === undefined ? {} : { layout: { direction: state.layout.direction, parts: state.layout.parts.map(node) } }),
    ...(state.active === undefined ? {} : { active: tab(state.active) }),
    cursors,
    bookmarks: marks.flatMap(({ dump, mark: { kind, space, cpu, start, text, colour, made } }) =>
      kind === 'bookmark' ? [{ dump, space, ...cpuOf(cpu), address: hex(start), comment: text, colour, ...defined({ made }) }] : [],
    ),
    annotations: marks.flatMap(({ dump, mark: { kind, space, cpu, start, end, text, colour, made } }) =>
      kind === 'annotation' ? [{ dump, space, ...cpuOf(cpu), start: hex(start), end: hex(end), text, colour, ...defined({ made }) }] : [],
    ),
    comparisons: Object.entries(state.comparisons).flatMap(([key, { right, order, exact, shift, rules }]) => {
      const left = at(key);
      const other = at(right);
      return left === undefined
        ? []
        : [{ left, ...defined({ right: other, order: order === 'time' ? undefined : order }), exact, shift, ...defined({ rules }) }];
    }),
    queries: Object.entries(state.queries).flatMap(([key, { history, text, shown, chart, label, value }]) => {
      const dump = at(key);
      // A query that is too long for the file is omitted.
      const past = history.filter(({ query }) => query.length <= longestQuery).map(({ query, rows }) => ({ query, ...defined({ rows }) }));
      return dump === undefined ? [] : [{ dump, history: past, shown, chart, ...defined({ text: text?.slice(0, longestQuery), label, value }) }];
    }),
    ...defined({ cpus: someOf(cpus), kept: someOf(kept), splits: Object.keys(state.shown.splits).length === 0 ? undefined : { ...state.shown.splits } }),
    ignoreRules: [...state.ignoreRules],
  };
}

export interface RestoredSession {
  readonly layout: DockLayout | undefined;
  readonly active: string | undefined;
  readonly cursors: Readonly<Record<string, Position>>;
  readonly marks: Readonly<Record<string, readonly NewMark[]>>;
  readonly comparisons: Readonly<Record<string, ComparisonSettings>>;
  readonly queries: Readonly<Record<string, QueryPage>>;
  readonly shown: ShownParts;
}

/** @param keys keys of the opened dumps, in the order of the file's list */
export function readSession(session: SavedSession, keys: readonly string[]): RestoredSession {
  const tab = ({ view, dump, grid }: SessionTab): Tab | undefined => {
    const known = viewIds.find((id) => id === view);
    const key = dump === undefined ? undefined : keys[dump];
    if (known === undefined) return undefined;
    const one = tabOf(known, key, grid);
    return one.dump === undefined && !isWindowView(known) ? undefined : one;
  };
  const seen = new Set<string>();
  const node = (one: SessionNode): readonly DockNode[] => {
    if ('parts' in one) {
      const parts = one.parts.flatMap(node);
      return parts.length === 0 ? [] : [{ kind: 'split', share: one.share, parts }];
    }
    const front = one.tabs[one.front ?? 0];
    const wanted = front === undefined ? undefined : tab(front)?.id;
    const tabs = one.tabs.flatMap((each) => {
      const found = tab(each);
      // Each tab is open once, whatever a file says.
      if (found === undefined || seen.has(found.id)) return [];
      seen.add(found.id);
      return [found];
    });
    if (tabs.length === 0) return [];
    return [{ kind: 'pane', share: one.share, tabs, front: tabs.some(({ id }) => id === wanted) ? wanted : tabs[0]?.id }];
  };
  const parts = session.layout?.parts.flatMap(node) ?? [];
  const layout = session.layout === undefined || parts.length === 0 ? undefined : { direction: session.layout.direction, parts };
  const active = session.active === undefined ? undefined : tab(session.active)?.id;
  const cpuOf = (cpu: number | undefined): { readonly cpu?: number } => defined({ cpu });
  const cursors = session.cursors.flatMap(({ dump, grid, space, cpu, address, length }): readonly (readonly [string, Position])[] => {
    const key = keys[dump];
    if (key === undefined) return [];
    return [[grid === undefined ? key : tabOf('hex', key, grid).id, { space, ...cpuOf(cpu), address: BigInt(address), length }]];
  });
  const marks: Record<string, NewMark[]> = Object.fromEntries(keys.map((key) => [key, []]));
  for (const { dump, space, cpu, address, comment, colour, made } of session.bookmarks) {
    const start = BigInt(address);
    marks[keys[dump] ?? '']?.push({ kind: 'bookmark', space, ...cpuOf(cpu), start, end: start + 1n, text: comment, colour, ...defined({ made }) });
  }
  for (const { dump, space, cpu, start, end, text, colour, made } of session.annotations) {
    const range = { start: BigInt(start), end: BigInt(end) };
    if (range.end > range.start) marks[keys[dump] ?? '']?.push({ kind: 'annotation', space, ...cpuOf(cpu), ...range, text, colour, ...defined({ made }) });
  }
  const comparisons = (session.comparisons ?? []).flatMap(({ left, right, order, exact, shift, rules }): readonly (readonly [string, ComparisonSettings])[] => {
    const key = keys[left];
    if (key === undefined) return [];
    const other = right === undefined ? undefined : keys[right];
    // Pages are compared as whole pages.
    return [
      [key, { ...plainComparison, right: other === key ? undefined : other, order: order ?? 'time', exact, shift: shift % pageSize === 0 ? shift : 0, rules }],
    ];
  });
  const shown: ShownParts = {
    cpus: Object.fromEntries((session.cpus ?? []).flatMap(({ dump, ids }) => (keys[dump] === undefined || ids.length === 0 ? [] : [[keys[dump], ids]]))),
    kept: Object.fromEntries(
      (session.kept ?? []).flatMap(({ tab: owner, name, value }) => {
        const found = tab(owner);
        return found === undefined ? [] : [[keptKey(found.id, name), value]];
      }),
    ),
    splits: session.splits ?? {},
  };
  return {
    layout,
    shown,
    comparisons: Object.fromEntries(comparisons),
    queries: Object.fromEntries(
      (session.queries ?? []).flatMap(({ dump, ...page }) => {
        const key = keys[dump];
        return key === undefined ? [] : [[key, page]];
      }),
    ),
    active: layout !== undefined && layoutTabs(layout).some(({ id }) => id === active) ? active : undefined,
    cursors: Object.fromEntries(cursors),
    marks,
  };
}
