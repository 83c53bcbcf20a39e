/** Which frames of a stack a title and a key are made from. */
import type { FrameJson } from '../../../shared/task-model.ts';
import { functionName } from '../stacks/crash-path.ts';
import { isAnchor, isGlue, isHelper, isSynchronous } from './skip-list.ts';

/** Frames that a key is made from. */
export const keyFrames = 6;

export type NamedFrame = Pick<FrameJson, 'kind' | 'symbol'>;

/**
 * Functions of one context, innermost first: what an interruption stopped further out has nothing to do with the code that was then run. Guesses
 * say nothing; a function that calls itself counts once; undefined is code that nothing names, as of a module whose symbols are not in the dump.
 */
function context(frames: readonly NamedFrame[]): readonly (string | undefined)[] {
  const border = frames.findIndex(({ kind }, at) => at > 0 && kind === 'interrupted' && !isSynchronous(functionName(frames[at - 1]?.symbol)));
  const names = frames
    .slice(0, border === -1 ? undefined : border)
    .filter(({ kind }) => kind !== 'guess')
    .map(({ symbol }) => functionName(symbol) || undefined);
  return names.filter((name, at) => name === undefined || name !== names[at - 1]);
}

interface Named {
  readonly names: readonly string[];
  /** Code without a name is further out: what called it is the place of other bugs too. */
  readonly isCut: boolean;
}

/** The functions further in than the first code without a name, which may be the place itself. */
function named(frames: readonly NamedFrame[]): Named {
  const all = context(frames);
  const cut = all.indexOf(undefined);
  return { names: (cut === -1 ? all : all.slice(0, cut)).filter((name) => name !== undefined), isCut: cut !== -1 };
}

/**
 * The functions that say where a bug is, innermost first. Where all are helpers or glue, the innermost that is glue, else the innermost: a fault in
 * core code has no better place. None where the place itself has no name: what called it is another.
 * @param frames from the function on that was interrupted, or that called what ended the system
 */
export function meaningful(frames: readonly NamedFrame[]): readonly string[] {
  const { names, isCut } = named(frames);
  const own = names.filter((name) => !isHelper(name) && !isGlue(name));
  if (own.length > 0 || isCut) return own;
  const best = names.find((name) => !isHelper(name)) ?? names[0];
  return best === undefined ? [] : [best];
}

/** The functions of a stack key; none where one of them has no name: stacks of other bugs would have the same. */
export function keyOf(frames: readonly NamedFrame[]): readonly string[] {
  const functions = meaningful(frames).slice(0, keyFrames);
  return named(frames).isCut && functions.length < keyFrames ? [] : functions;
}

/**
 * What a CPU was at before the handler of an interrupt took it: its watchdog, or a signal of another CPU. Frames of an interrupt that does more
 * than that stay.
 */
export function beforeInterrupt<F extends NamedFrame>(frames: readonly F[]): readonly F[] {
  const border = frames.findIndex(({ kind }, at) => at > 0 && kind === 'interrupted');
  const handlers = frames.slice(0, Math.max(border, 0)).map(({ symbol }) => functionName(symbol));
  return border !== -1 && handlers.every((name) => isGlue(name) || isHelper(name)) ? frames.slice(border) : frames;
}

/** Of code that loops: the function by which the task entered it, which is the same wherever in the loop the dump caught it. None where that has no name. */
export function loopRoot(frames: readonly NamedFrame[]): readonly string[] {
  const names = context(frames);
  const at = names.findLastIndex((name) => name === undefined || (!isHelper(name) && !isAnchor(name)));
  if (at === -1) return meaningful(frames).slice(-1);
  const root = names[at];
  return root === undefined ? [] : [root];
}

/**
 * The innermost function that two looks at one loop have in common; that of the later look where there was one only. The kernel's own call traces
 * leave out who called a function without a frame, so the one below the common function counts where the report has none between it and the innermost.
 * @param earlier functions of the first look, innermost first
 */
export function stableFunction(frames: readonly NamedFrame[], earlier: readonly string[]): string | undefined {
  const now = meaningful(frames);
  const common = now.findIndex((name) => earlier.includes(name));
  const isBelow = common > 0 && earlier.indexOf(now[common] ?? '') === 1;
  return now[isBelow ? common - 1 : Math.max(common, 0)];
}
