/** Back and forward: places that were jumped to. Small moves change the current place, as in editors. */
export interface History<T> {
  readonly past: readonly T[];
  readonly present: T | undefined;
  readonly future: readonly T[];
}

const limit = 200;

export const emptyHistory = { past: [], present: undefined, future: [] } as const;

/** A jump: the current place becomes part of the past. */
export function visit<T>(history: History<T>, place: T, same: (left: T, right: T) => boolean): History<T> {
  const { present } = history;
  if (present === undefined) return { past: history.past, present: place, future: [] };
  if (same(present, place)) return history;
  return { past: [...history.past, present].slice(-limit), present: place, future: [] };
}

/** A small move: the current place changes, the way back does not. */
export function adjust<T>(history: History<T>, place: T): History<T> {
  return { ...history, present: place };
}

export function back<T>(history: History<T>): History<T> {
  const place = history.past.at(-1);
  if (place === undefined) return history;
  return { past: history.past.slice(0, -1), present: place, future: history.present === undefined ? history.future : [history.present, ...history.future] };
}

export function forward<T>(history: History<T>): History<T> {
  const [place, ...rest] = history.future;
  if (place === undefined) return history;
  return { past: history.present === undefined ? history.past : [...history.past, history.present], present: place, future: rest };
}

/** Drops places that no longer exist. */
export function forget<T>(history: History<T>, gone: (place: T) => boolean): History<T> {
  const keep = (place: T): boolean => !gone(place);
  const present = history.present !== undefined && gone(history.present) ? undefined : history.present;
  return { past: history.past.filter(keep), present, future: history.future.filter(keep) };
}
