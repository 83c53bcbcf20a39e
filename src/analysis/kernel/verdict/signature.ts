/** Keys by which the same bug is found again: on another machine, in another dump, in another build. */
import { createHash } from 'node:crypto';
import { defined } from '../../../shared/defined.ts';
import type { VerdictJson } from '../../../shared/verdict-model.ts';
import { functionName } from '../stacks/crash-path.ts';
import { keyFrames, keyOf, meaningful, type NamedFrame } from './meaningful-frames.ts';
import type { Trouble } from './recogniser.ts';

const titleOf = ({ what, preposition = 'in' }: Trouble, place: string | undefined): string => (place === undefined ? what : `${what} ${preposition} ${place}`);

/** The frame that a function of the title is in: build, function and offset. */
function exactOf(frames: readonly NamedFrame[], place: string | undefined, buildId: string | undefined): string | undefined {
  const symbol = frames.find((frame) => frame.kind !== 'guess' && functionName(frame.symbol) === place)?.symbol;
  return symbol === undefined || buildId === undefined ? undefined : `${buildId} ${symbol}`;
}

export function signed(trouble: Trouble, buildId: string | undefined): Pick<VerdictJson, 'title' | 'signature' | 'frames'> {
  const functions = meaningful(trouble.frames);
  const place = trouble.place ?? functions[0];
  const frames = (trouble.key ?? keyOf(trouble.frames)).slice(0, keyFrames);
  const title = titleOf(trouble, place);
  const exact = exactOf(trouble.frames, place, buildId);
  const stack = frames.length === 0 ? undefined : createHash('sha256').update(frames.join('\n')).digest('hex');
  return { title, signature: { ...defined({ exact, stack }), title }, frames };
}
