/** A structure as a tree whose levels are read when they are opened. Without DOM. */
import type { TypeMemberJson, TypeMembersJson, WantedType } from '../../shared/type-members-model.ts';
import { defined } from '../../shared/defined.ts';
import type { Position } from './position.ts';
import { createStore, type Readable } from './store.ts';

/** Reads one level, or the next page of it. @param place undefined for the layout alone */
export type AskLevel = (type: WantedType, place: Position | undefined, start: number) => Promise<TypeMembersJson>;

interface Level {
  readonly type: WantedType;
  readonly place: Position | undefined;
  readonly members: readonly TypeMemberJson[];
  readonly total: number;
  readonly next: number | undefined;
  readonly asking: boolean;
  readonly why: string | undefined;
}

export interface TypeTreeState {
  /** The whole structure; undefined while it is being read. */
  readonly root:
    { readonly name: string; readonly size: number | undefined; readonly module: string | undefined; readonly source: string | undefined } | undefined;
  /** Open levels by path; the root's is "". */
  readonly levels: Readonly<Record<string, Level>>;
}

interface RowPlace {
  /** Unique in the tree: indexes from the root on. */
  readonly path: string;
  /** 1 for members of the root. */
  readonly level: number;
}
export type TypeTreeRow =
  | (RowPlace & {
      readonly kind: 'member';
      readonly member: TypeMemberJson;
      /** Place of its bytes; undefined for a layout without memory. */
      readonly position: Position | undefined;
      readonly isOpen: boolean;
    })
  /** The level has more members, or why it has none, or that it is being read. */
  | (RowPlace & { readonly kind: 'more'; readonly of: string; readonly left: number })
  | (RowPlace & { readonly kind: 'failed'; readonly why: string })
  | (RowPlace & { readonly kind: 'asking' });

export interface TypeTree {
  readonly state: Readable<TypeTreeState>;
  readonly toggle: (row: TypeTreeRow) => void;
  readonly more: (path: string) => void;
}

const emptyLevel = { members: [], total: 0, next: undefined, asking: true, why: undefined };

const positionOf = (place: Position | undefined, member: TypeMemberJson): Position | undefined =>
  place === undefined ? undefined : { ...place, address: place.address + BigInt(member.offset), length: Math.max(1, member.size) };

/** Where the level of an opened member is: for a pointer, where it points to rather than in the member. */
function placeInside(position: Position | undefined, { opens, place }: TypeMemberJson): Position | undefined {
  if (position === undefined || opens?.how !== 'target') return position;
  if (place === undefined) return undefined;
  return { space: place.space, address: BigInt(place.address), length: 1, ...(place.space === 'virtual' ? defined({ cpu: position.cpu }) : {}) };
}

/** The rows on screen, from top to bottom. */
export function typeTreeRows({ levels }: TypeTreeState, path = '', level = 1): readonly TypeTreeRow[] {
  const open = levels[path];
  if (open === undefined) return [];
  const rows = open.members.flatMap((member, index): readonly TypeTreeRow[] => {
    const own = `${path}/${index}`;
    const isOpen = levels[own] !== undefined;
    const row: TypeTreeRow = { kind: 'member', path: own, level: level + member.depth, member, position: positionOf(open.place, member), isOpen };
    return isOpen ? [row, ...typeTreeRows({ root: undefined, levels }, own, level + member.depth + 1)] : [row];
  });
  const end = { path: `${path}/end`, level };
  if (open.why !== undefined) return [...rows, { kind: 'failed', ...end, why: open.why }];
  if (open.asking) return [...rows, { kind: 'asking', ...end }];
  return open.next === undefined ? rows : [...rows, { kind: 'more', ...end, of: path, left: open.total - open.next }];
}

export function createTypeTree(ask: AskLevel, type: WantedType, place: Position | undefined): TypeTree {
  const state = createStore<TypeTreeState>({ root: undefined, levels: {} });
  const change = (path: string, how: (level: Level) => Level): void =>
    state.update((old) => (old.levels[path] === undefined ? old : { ...old, levels: { ...old.levels, [path]: how(old.levels[path]) } }));
  const read = (path: string, start: number): void => {
    const level = state.get().levels[path];
    if (level === undefined) return;
    ask(level.type, level.place, start).then(
      ({ name, size, module, source, members, total, next }) => {
        if (path === '') state.update((old) => ({ ...old, root: { name, size, module, source } }));
        change(path, (now) => ({ ...now, members: [...now.members.slice(0, start), ...members], total, next, asking: false, why: undefined }));
      },
      (error: unknown) => {
        const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
        change(path, (now) => ({ ...now, asking: false, why }));
      },
    );
  };
  const open = (path: string, wanted: WantedType, at: Position | undefined): void => {
    state.update((old) => ({ ...old, levels: { ...old.levels, [path]: { ...emptyLevel, type: wanted, place: at } } }));
    read(path, 0);
  };
  open('', type, place);
  return {
    state,
    toggle(row) {
      if (row.kind !== 'member' || row.member.opens === undefined) return;
      const { path, member, position } = row;
      if (!row.isOpen) {
        open(path, member.opens?.type ?? type, placeInside(position, member));
        return;
      }
      state.update((old) => ({
        ...old,
        levels: Object.fromEntries(Object.entries(old.levels).filter(([one]) => one !== path && !one.startsWith(`${path}/`))),
      }));
    },
    more(path) {
      const level = state.get().levels[path];
      if (level?.next === undefined || level.asking) return;
      change(path, (now) => ({ ...now, asking: true }));
      read(path, level.next);
    },
  };
}
