/** One byte a page: its state in bits 0 to 2, its class in bits 3 to 5. */
import { pageClasses, pageStates, type PageClass, type PageState } from '../../shared/page-words.ts';

/**
 * Place of each state in `pageStates`, the same numbers as the state codes of `MemoryImage.readPages` (0: stored there,
 * present here).
 */
export const stateCode = Object.fromEntries(pageStates.map((name, code) => [name, code])) as Readonly<Record<PageState, number>>;

/** Pages without bytes have no class. */
const noClass = 7;
/** How many different meta bytes there can be. */
export const metaValues = 64;

/**
 * @param state place in `pageStates`
 * @param classOfPage place in `pageClasses`; present pages must name it
 */
export function metaByte(state: number, classOfPage?: number): number {
  const fallback = state === stateCode.zero ? 0 : noClass;
  return state | ((classOfPage ?? fallback) << 3);
}

export const metaState = (meta: number): PageState => pageStates[meta & 7] ?? 'missing';
/** Undefined for pages without bytes. */
export const metaClass = (meta: number): PageClass | undefined => pageClasses[meta >> 3];

/** True when the page has bytes, stored or implied. */
export const metaAvailable = (meta: number): boolean => (meta & 7) <= 1;

/** Pages by state and by class, in the order of `pageStates` and `pageClasses`. */
export interface Counters {
  readonly states: number[];
  readonly classes: number[];
}

export const emptyCounters = (): Counters => ({ states: pageStates.map(() => 0), classes: pageClasses.map(() => 0) });

/** Adds `pages` pages of one meta byte. */
export function countUniform(counters: Counters, meta: number, pages: number): void {
  const state = meta & 7;
  const classOfPage = meta >> 3;
  counters.states[state] = (counters.states[state] ?? 0) + pages;
  if (classOfPage !== noClass) counters.classes[classOfPage] = (counters.classes[classOfPage] ?? 0) + pages;
}

/** Adds the pages of a slice of meta bytes. */
export function countMeta(counters: Counters, meta: Uint8Array, from: number, to: number): void {
  const histogram = new Uint32Array(metaValues);
  for (let page = from; page < to; page += 1) {
    const value = meta[page] ?? 0;
    histogram[value] = (histogram[value] ?? 0) + 1;
  }
  histogram.forEach((pages, value) => {
    if (pages > 0) countUniform(counters, value, pages);
  });
}

/** Adds one set of counters to another. */
export function addCounters(counters: Counters, more: Counters): void {
  more.states.forEach((pages, state) => (counters.states[state] = (counters.states[state] ?? 0) + pages));
  more.classes.forEach((pages, code) => (counters.classes[code] = (counters.classes[code] ?? 0) + pages));
}
