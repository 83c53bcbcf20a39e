/**
 * Two dumps by their indexes: equal fingerprints count as equal pages. 64 bits that are not proof: `by-bytes.ts` is one.
 * A million pages take a few milliseconds, so everything here is typed arrays and one loop.
 */
import { pageStates } from '../../shared/model.ts';
import { metaAvailable, stateCode } from '../page-index/page-meta.ts';
import { createPace } from '../jobs/pace.ts';
import type { MovedPages } from './moved-pages.ts';
import type { PageColumn, PageSpan } from './page-column.ts';
import { kindCode, pairRunsBuilder, type PairKind, type PairRuns, type PairRunsBuilder } from './pair-runs.ts';

/** Present and zero come first among the states. */
const lastHeld = Math.max(stateCode.present, stateCode.zero);
/** In the table of pairs: the states alone do not tell. */
const lookAtPages = 255;

/** What two states make of a page, whatever its bytes. Zero is bytes that are known, so it is held; excluded is not. */
export function kindOfStates(left: number, right: number): PairKind | undefined {
  const leftHeld = metaAvailable(left);
  const rightHeld = metaAvailable(right);
  if (leftHeld && rightHeld) {
    if (left === stateCode.present && right === stateCode.present) return undefined;
    return left === right ? 'equal' : 'changed';
  }
  if (left === stateCode.unreadable || right === stateCode.unreadable) return 'unreadable';
  if (leftHeld) return 'onlyLeft';
  return rightHeld ? 'onlyRight' : 'neither';
}

/** Row and column are states; `pageStates` has six. */
const statePairs = Uint8Array.from({ length: 64 }, (_, index) => {
  const [left, right] = [index >> 3, index & 7];
  if (left >= pageStates.length || right >= pageStates.length) return kindCode.neither;
  const kind = kindOfStates(left, right);
  return kind === undefined ? lookAtPages : kindCode[kind];
});

export interface CompareOptions {
  /** A left page is compared with the right page this many pages further on. */
  readonly shift: number;
  readonly signal: AbortSignal;
  readonly progress: (done: number, total: number) => void;
  /** Collects pages that differ, to look for them elsewhere. */
  readonly moved?: MovedPages;
}

const noSpan: PageSpan = { start: Infinity, pages: 0, uniform: stateCode.missing, meta: undefined, words: undefined, at: 0 };
const missingSpan: PageSpan = { ...noSpan, start: 0 };

interface Cursor {
  readonly next: () => PageSpan;
  readonly shift: number;
  span: PageSpan;
}

function cursorOf(column: PageColumn, shift: number): Cursor {
  const spans = column.spans();
  const next = (): PageSpan => {
    const step = spans.next();
    return step.done === true ? noSpan : step.value;
  };
  return { next, shift, span: next() };
}

/** The span at a position, and where the next boundary after it lies. */
function spanAt(cursor: Cursor, position: number): { readonly span: PageSpan; readonly offset: number; readonly end: number } {
  for (;;) {
    const { span, shift } = cursor;
    const start = span.start - shift;
    if (position < start) return { span: missingSpan, offset: 0, end: start };
    if (position < start + span.pages) return { span, offset: position - start, end: start + span.pages };
    cursor.span = cursor.next();
  }
}

/**
 * @returns the kinds of all pages from the first to the last that either dump describes
 * @throws BlockDamaged when an index does not match its checksums
 * @throws Cancelled
 */
export async function compareByFingerprint(left: PageColumn, right: PageColumn, options: CompareOptions): Promise<PairRuns> {
  const { shift, moved } = options;
  const pace = createPace(options.signal);
  const first = Math.min(0, -shift);
  const last = Math.max(left.totalPages, right.totalPages - shift);
  const leftCursor = cursorOf(left, 0);
  const rightCursor = cursorOf(right, shift);
  const runs = pairRunsBuilder(first);
  for (let position = first; position < last;) {
    const l = spanAt(leftCursor, position);
    const r = spanAt(rightCursor, position);
    const pages = Math.min(l.end, r.end, last) - position;
    comparePages(l.span, l.offset, r.span, r.offset, pages, position, shift, runs, moved);
    position += pages;
    const done = position - first;
    await pace.breathe(() => options.progress(done, last - first));
  }
  return runs.finish();
}

/** How many pages from two places on are held and equal: most of two dumps of one system. */
function equalPages(leftMeta: Uint8Array, rightMeta: Uint8Array, leftWords: Int32Array, rightWords: Int32Array, l: number, r: number, most: number): number {
  let page = 0;
  while (page < most) {
    const left = l + page;
    const right = r + page;
    const meta = leftMeta[left] ?? 0;
    if (meta !== rightMeta[right] || (meta & 7) > lastHeld) break;
    if (leftWords[2 * left] !== rightWords[2 * right] || leftWords[2 * left + 1] !== rightWords[2 * right + 1]) break;
    page += 1;
  }
  return page;
}

/** Words of a span without present pages: never looked at for anything but zeros. */
const zeroWords = new Int32Array(2);

function comparePages(
  left: PageSpan,
  leftOffset: number,
  right: PageSpan,
  rightOffset: number,
  pages: number,
  position: number,
  shift: number,
  runs: PairRunsBuilder,
  moved: MovedPages | undefined,
): void {
  const bothUniform = left.uniform !== undefined && right.uniform !== undefined;
  if (bothUniform && left.words === undefined && right.words === undefined) {
    runs.add(pages, statePairs[((left.uniform & 7) << 3) | (right.uniform & 7)] ?? 0);
    return;
  }
  const leftMeta = left.meta;
  const rightMeta = right.meta;
  const leftUniform = left.uniform ?? 0;
  const rightUniform = right.uniform ?? 0;
  const leftWords = left.words ?? zeroWords;
  const rightWords = right.words ?? zeroWords;
  const leftStep = left.words === undefined ? 0 : 2;
  const rightStep = right.words === undefined ? 0 : 2;
  // As 32-bit numbers: positions of spans are floating-point ones, and loops over those take twice as long. Where a span has columns it is short.
  let l = (left.at + leftOffset) | 0;
  let r = (right.at + rightOffset) | 0;
  const most = pages | 0;
  let run = 0;
  let runKind = -1;
  for (let page = 0; page < most; page += 1, l += 1, r += 1) {
    if (runKind === kindCode.equal && leftMeta !== undefined && rightMeta !== undefined && leftStep === 2 && rightStep === 2) {
      const same = equalPages(leftMeta, rightMeta, leftWords, rightWords, l, r, most - page);
      run += same;
      page += same;
      l += same;
      r += same;
      if (page >= most) break;
    }
    const lm = leftMeta === undefined ? leftUniform : (leftMeta[l] ?? 0);
    const rm = rightMeta === undefined ? rightUniform : (rightMeta[r] ?? 0);
    let kind = statePairs[((lm & 7) << 3) | (rm & 7)] ?? 0;
    if (kind === lookAtPages) {
      // Pages of different classes cannot be equal, so a collision of fingerprints must also be one of classes.
      const li = l * leftStep;
      const ri = r * rightStep;
      kind = lm === rm && leftWords[li] === rightWords[ri] && leftWords[li + 1] === rightWords[ri + 1] ? kindCode.equal : kindCode.changed;
    }
    if (kind !== runKind) {
      if (run > 0) runs.add(run, runKind);
      run = 0;
      runKind = kind;
    }
    run += 1;
    if (moved !== undefined && kind > kindCode.equal) {
      if ((lm & 7) === stateCode.present) moved.addLeft(position + page, lm, leftWords[l * leftStep] ?? 0, leftWords[l * leftStep + 1] ?? 0);
      if ((rm & 7) === stateCode.present) moved.addRight(position + page + shift, rm, rightWords[r * rightStep] ?? 0, rightWords[r * rightStep + 1] ?? 0);
    }
  }
  if (run > 0) runs.add(run, runKind);
}
