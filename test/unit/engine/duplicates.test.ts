/** The most frequent pages of a dump, against a count of every page's bytes. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { createEngine } from '../../../src/analysis/engine/engine.ts';
import { engineProtocol } from '../../../src/shared/engine-protocol.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { commandFiles } from '../cli/command-files.ts';

const folder = scratchFolder();
process.env.XDG_CACHE_HOME = folder;
const files = commandFiles(folder);
const context = { signal: new AbortController().signal, progress: () => undefined };

describe('duplicates', () => {
  it('need the index, and are what the bytes of all pages say', async () => {
    const engine = createEngine();
    const { dump } = await engine.handlers.open({ path: files.damaged }, context);
    await expect(Promise.resolve(engine.handlers.duplicates({ dump, limit: 10 }, context))).rejects.toThrow('no page index');
    await engine.handlers.index({ dump, digest: false, rebuild: false }, context);
    const answer = await engine.handlers.duplicates({ dump, limit: 1000 }, context);
    v.assert(engineProtocol.duplicates.result, answer);

    const { memory } = await engine.handlers.info({ dump }, context);
    const byDigest = new Map<string, string[]>();
    for (let address = 0n; address < BigInt(memory.ranges.at(-1)?.end ?? 0); address += 4096n) {
      const { data, absent } = await engine.handlers.read({ dump, space: 'absolute', address, length: 4096 }, context);
      if (absent.length > 0 || data.every((byte) => byte === 0)) continue;
      const digest = createHash('sha256').update(data).digest('hex');
      byDigest.set(digest, [...(byDigest.get(digest) ?? []), `0x${address.toString(16)}`]);
    }
    const expected = [...byDigest.values()].filter((addresses) => addresses.length > 1);
    const byFirst = (left: readonly string[], right: readonly string[]): number => Number(left[0]) - Number(right[0]);
    expect(answer.groups.map(({ addresses }) => addresses).sort(byFirst)).toEqual(expected.map((addresses) => addresses.slice(0, 64)).sort(byFirst));
    expect(answer.groups.length).toBe(answer.groupCount);
    expect(answer.pages).toBe(expected.reduce((sum, { length }) => sum + length, 0));
    expect(answer.groups.map(({ pages }) => pages)).toEqual(answer.groups.map(({ pages }) => pages).toSorted((left, right) => right - left));
    expect(answer.complete).toBe(true);
    if (answer.groups.length > 1) expect((await engine.handlers.duplicates({ dump, limit: 1 }, context)).groups).toEqual(answer.groups.slice(0, 1));
    // A part at a time, the list is the same; and of a group every page can be had.
    const parts = [];
    for (const skip of [0, 1, 2]) parts.push(await engine.handlers.duplicates({ dump, skip, limit: 1 }, context));
    expect(parts.flatMap(({ groups }) => groups)).toEqual(answer.groups.slice(0, 3));
    const [first] = answer.groups;
    const { fingerprint = '', addresses = [], pages = 0 } = first ?? {};
    const all = await engine.handlers.duplicatePages({ dump, fingerprint, limit: 10_000 }, context);
    v.assert(engineProtocol.duplicatePages.result, all);
    expect([all.pages, all.addresses.length]).toEqual([pages, pages]);
    expect(all.addresses).toEqual(expected.find(([address]) => address === addresses[0]));
    expect(await engine.handlers.duplicatePages({ dump, fingerprint, skip: 1, limit: 1 }, context)).toEqual({ pages, addresses: all.addresses.slice(1, 2) });
    engine.close();
  });
});
