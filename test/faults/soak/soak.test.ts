/** An engine that opens, searches, indexes, verifies, and closes dumps again and again holds no more at the end than before; `npm run soak` does it for long. */
import { describe, expect, it } from 'vitest';
import { runs } from '../../run-size.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { mostGrowth, soak, whatGrows, type Held } from './soak.ts';

const folder = scratchFolder();
const still: Held = { rss: 2e8, heap: 3e7, descriptors: 30, temporaryFiles: 0, cacheFiles: 12, cacheBytes: 1e6 };

describe('one engine, many rounds', () => {
  it.runIf(process.platform === 'linux')('uses as much in the last third as in the second', async () => {
    const count = runs(9, 60);
    const held = await soak(folder, { rounds: count });
    expect(held).toHaveLength(count);
    expect(whatGrows(held)).toEqual([]);
  });

  it.each(Object.entries(mostGrowth))('growth is noticed: %s', (figure, most) => {
    const growing = Array.from({ length: 9 }, (_, round) => ({ ...still, [figure]: still[figure as keyof Held] + round * (most / 3 + 1) }));
    expect(whatGrows(growing)).toEqual([expect.stringContaining(`${figure} grew`) as unknown]);
    expect(whatGrows(Array.from({ length: 9 }, () => still))).toEqual([]);
  });
});
