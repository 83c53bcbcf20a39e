/** A step to the next or previous hit of a hex view's search. */
import { defined } from '../../shared/defined.ts';
import type { Workbench } from '../workbench.ts';
import { handleOf } from './open-dump.ts';
import type { Position } from './position.ts';

type Finding = Pick<Workbench, 'engine' | 'dumps' | 'places' | 'hexTabs'>;

/** The cursor's place in absolute memory, which is what is searched; the start of memory if that is not known. */
async function absoluteOf(engine: Finding['engine'], handle: string, position: Position | undefined): Promise<bigint> {
  switch (position?.space) {
    case undefined:
    case 'file':
      return 0n;
    case 'absolute':
    case 'real':
      return position.address;
    case 'virtual': {
      const { absolute } = await engine.call('translate', { dump: handle, address: position.address, ...defined({ cpu: position.cpu }) });
      return absolute === undefined ? 0n : BigInt(absolute);
    }
  }
}

/** Searches for the view's pattern if that has not been done yet, and goes to the next hit in a direction. Opens the bar if there is no pattern. */
export async function findStep({ engine, dumps, places, hexTabs }: Finding, dump: string, owner: string, by: 1 | -1): Promise<void> {
  const found = dumps.find(dump);
  const handle = found === undefined ? undefined : handleOf(found);
  const { pattern } = hexTabs.of(owner);
  if (pattern.pattern === '' || handle === undefined) {
    hexTabs.change(owner, { isFinding: true });
    return;
  }
  const run = hexTabs.find(owner);
  const from = await absoluteOf(engine, handle, places.cursors.get()[owner]);
  const { question, phase, isCut, hits } = run.state.get();
  const isSame = question?.dump === handle && question.pattern === pattern && phase !== 'failed' && phase !== 'cancelled';
  // There may be more hits after the last one kept.
  const isBeyond = isCut && by === 1 && (hits.at(-1)?.start ?? 0n) <= from;
  if (isSame && !isBeyond) run.step(by, from);
  else {
    run.start({ dump: handle, pattern, from: isBeyond ? from + 1n : from });
    if (by === -1) run.step(-1, from);
  }
}
