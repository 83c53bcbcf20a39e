/** The user's notes on places of a dump: bookmarks, and annotations on ranges. */
import type { Annotation } from '../../shared/annotation-model.ts';
import { defined } from '../../shared/defined.ts';
import type { AddressSpace } from '../../shared/model.ts';
import type { MarkColour } from '../../shared/session-model.ts';
import { hex } from '../../shared/units.ts';
import type { Position } from './position.ts';
import { createStore, type Store } from './store.ts';

export interface Mark {
  readonly id: number;
  readonly kind: 'bookmark' | 'annotation';
  readonly space: AddressSpace;
  readonly cpu?: number;
  readonly start: bigint;
  /** One past the last byte; a bookmark is one byte long. */
  readonly end: bigint;
  readonly text: string;
  readonly colour: MarkColour;
  /** When it was written, as ISO 8601 in UTC; absent in sessions of older versions. */
  readonly made?: string;
}

/** By dump key, in the order of their addresses. */
export type Marks = Readonly<Record<string, readonly Mark[]>>;
export type NewMark = Omit<Mark, 'id'>;

export interface MarkBook {
  readonly all: Store<Marks>;
  readonly of: (dump: string) => readonly Mark[];
  readonly add: (dump: string, mark: NewMark) => Mark;
  readonly change: (dump: string, id: number, change: Partial<Pick<Mark, 'text' | 'colour'>>) => void;
  /** Returns it, so that it can be restored. */
  readonly remove: (dump: string, id: number) => Mark | undefined;
  /** Restores a removed mark, or the previous state of a changed one. */
  readonly putBack: (dump: string, mark: Mark) => void;
  readonly replace: (dump: string, marks: readonly NewMark[]) => void;
  readonly dumpClosed: (dump: string) => void;
}

export const markPosition = ({ space, cpu, start, end }: Mark): Position => ({
  space,
  address: start,
  length: Number(end - start),
  ...defined({ cpu }),
});

/** An annotation as included in a report; bookmarks are private to the user. */
export const reportAnnotation = ({ kind, space, cpu, start, end, text }: Mark): readonly Annotation[] =>
  kind === 'annotation' ? [{ space, ...defined({ cpu }), start: hex(start), end: hex(end), text }] : [];

/** Whether a mark is within what a hex grid shows. */
export const inSpace = (mark: Mark, position: Position): boolean =>
  mark.space === position.space && (mark.space === 'absolute' || mark.space === 'file' || (mark.cpu ?? 0) === (position.cpu ?? 0));

/** Whether the first selected byte is within a mark. */
export const holds = (mark: Mark, position: Position): boolean => inSpace(mark, position) && mark.start <= position.address && position.address < mark.end;

const byAddress = (left: Mark, right: Mark): number => (left.start < right.start ? -1 : left.start > right.start ? 1 : left.id - right.id);

export function createMarkBook(): MarkBook {
  const all = createStore<Marks>({});
  let next = 1;
  const of = (dump: string): readonly Mark[] => all.get()[dump] ?? [];
  const set = (dump: string, marks: readonly Mark[]): void => all.update((old) => ({ ...old, [dump]: marks.toSorted(byAddress) }));
  return {
    all,
    of,
    add(dump, mark) {
      const added = { ...mark, id: next++ };
      set(dump, [...of(dump), added]);
      return added;
    },
    change: (dump, id, change) =>
      set(
        dump,
        of(dump).map((mark) => (mark.id === id ? { ...mark, ...change } : mark)),
      ),
    remove(dump, id) {
      const gone = of(dump).find((mark) => mark.id === id);
      if (gone !== undefined)
        set(
          dump,
          of(dump).filter((mark) => mark !== gone),
        );
      return gone;
    },
    putBack: (dump, mark) => set(dump, [...of(dump).filter(({ id }) => id !== mark.id), mark]),
    replace: (dump, marks) =>
      set(
        dump,
        marks.map((mark) => ({ ...mark, id: next++ })),
      ),
    dumpClosed: (dump) => all.update(({ [dump]: _gone, ...rest }) => rest),
  };
}
