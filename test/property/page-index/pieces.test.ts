/** An index that was made in ranges, in any order, is the index of one process: joined to one file, and read from the pieces. */
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { indexPages } from '../../../src/analysis/engine/pages/index-pages.ts';
import { indexRange, rangesOf } from '../../../src/analysis/engine/pages/index-range.ts';
import { mergeRanges } from '../../../src/analysis/engine/pages/merge-ranges.ts';
import { runs } from '../../run-size.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { contentOf, piecedDump, piecedFormats } from '../../unit/page-index/pieced-dumps.ts';

const folder = scratchFolder();
vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
const never = new AbortController().signal;
const quiet = (): void => undefined;

describe.each(piecedFormats)('%s', (format) => {
  const open = piecedDump(folder, format);
  let run = 0;

  it('in ranges of any size and order has the rows and the memory root of one index', async () => {
    const whole = join(folder, `${format}-whole.sqlite`);
    const session = open();
    const single = await indexPages(session, { digest: true, rebuild: false, path: whole, workers: 0 }, never, quiet);
    const expected = contentOf(whole);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(16, 32, 64, 128), fc.infiniteStream(fc.nat()), async (mebibytes, draws) => {
        const pieces = join(folder, `${format}-${run++}`);
        mkdirSync(pieces);
        const { ranges, rangeSize } = rangesOf(session, { rangeSize: mebibytes * 2 ** 20 });
        const order = [...ranges].sort(() => (draws.next().value % 2) - 0.5);
        for (const { number, start } of order) {
          const output = join(pieces, `${start}.piece`);
          const made = await indexRange(session, { number, rangeSize, output, digest: true, workers: 0 }, never, quiet);
          expect(made).toMatchObject({ state: 'indexed', existed: false, start, digest: true });
          const again = await indexRange(session, { number, rangeSize, output, digest: true, workers: 0 }, never, quiet);
          expect(again).toMatchObject({ state: 'indexed', existed: true, bytesRead: 0, sha256: made.sha256, pages: made.pages });
        }
        for (const piecesFrom of [Infinity, 0]) {
          const path = join(pieces, `joined-${piecesFrom}.sqlite`);
          const joined = await mergeRanges(session, { folder: pieces, path, piecesFrom }, never, quiet);
          expect(joined.memoryRoot).toBe(single.memoryRoot);
          expect(joined.pages).toEqual(single.pages);
          expect(joined.joined).toEqual({ pieces: ranges.length, asFiles: piecesFrom === 0 });
          expect(joined.unconfirmed ?? joined.confirmed).toBeUndefined();
          expect(contentOf(path)).toEqual(expected);
        }
        expect(readdirSync(join(folder, 'cache', 'dumpbench', 'index'))).toEqual([]);
      }),
      { numRuns: runs(2, 12) },
    );
    session.close();
  });
});
