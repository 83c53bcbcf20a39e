/**
 * Page differences of the real dumps against what a script found that read both of each pair byte by byte
 * (oracles s1-vs-s2.txt and *-elf-vs-standalone.txt), and pairs of containers that hold the same pages.
 */
import { describe, expect, it } from 'vitest';
import { createEngine } from '../../src/analysis/engine/engine.ts';
import { portPair } from '../../src/analysis/engine/in-process.ts';
import { differenceSections, type CompareJson } from '../../src/shared/compare-model.ts';
import { engineProtocol, type EngineClient } from '../../src/shared/engine-protocol.ts';
import { connect, serve } from '../../src/shared/rpc.ts';
import { dumpFile, guestOracle, haveDump, withDumps } from '../dumps.ts';
import { scratchFolder } from '../scratch-folder.ts';

interface OracleDifferences {
  /** The first pages that differ, lowest address first. */
  readonly first: readonly { readonly page: string; readonly bytes: number; readonly offsets: string }[];
  readonly pages: number;
}

function parseOracle(text: string): OracleDifferences {
  const first = [...text.matchAll(/^page (0x[0-9a-f]+): (\d+) bytes differ, offsets (\S+)$/gm)].map((match) => ({
    page: match[1] ?? '',
    bytes: Number(match[2]),
    offsets: match[3] ?? '',
  }));
  const total = /pages that differ: (\d+)/.exec(text);
  if (total === null || first.length === 0) throw new Error('the oracle has another form');
  return { first, pages: Number(total[1]) };
}

const pairs = [
  ['o-s390-s1-qemu.elf', 'o-s390-s2-qemu.elf', 's1-vs-s2.txt'],
  ['o-s390k612-s1-qemu.elf', 'o-s390k612-s2-qemu.elf', 's1-vs-s2.txt'],
  ['o-s390-s1-qemu.elf', 'o-s390-s1-qemu.s390', 's1-elf-vs-standalone.txt'],
  ['o-s390k612-s1-qemu.elf', 'o-s390k612-s1-qemu.s390', 's1-elf-vs-standalone.txt'],
  ['o-small-s5-qemu.elf', 'o-small-s5-qemu.s390', 's5-elf-vs-standalone.txt'],
] as const;

/** same-pages.txt and README.md of the dumps: other containers of one memory. */
const sameMemory = [
  ['o-s390-s1-qemu.elf', 'o-s390-s1-qemu.kdump-zlib'],
  ['o-s390-s3-kdump-zlib-d31', 'o-s390-s3-kdump-lzo-d31'],
  ['o-s390-s3-kdump-zlib-d31', 'o-s390-s3-kdump-zstd-d31'],
  ['o-s390-s3-kdump-zlib-d31', 'o-s390-s3-kdump-flat-zlib-d31'],
] as const;

describe('two real dumps', () => {
  const folder = scratchFolder();

  /** Everything of a pair, with the dumps restored in the usual cache and the indexes in a folder of their own. */
  async function comparePair<T>(names: readonly [string, string], use: (engine: EngineClient, left: string, right: string) => Promise<T>): Promise<T> {
    const paths = [await dumpFile(names[0]), await dumpFile(names[1])] as const;
    const before = process.env.XDG_CACHE_HOME;
    process.env.XDG_CACHE_HOME = folder;
    const engine = createEngine();
    const [near, far] = portPair();
    serve(engineProtocol, engine.handlers, far);
    const client = connect(engineProtocol, near);
    try {
      const left = await client.call('open', { path: paths[0] });
      const right = await client.call('open', { path: paths[1] });
      return await use(client, left.dump, right.dump);
    } finally {
      client.close();
      engine.close();
      if (before === undefined) delete process.env.XDG_CACHE_HOME;
      else process.env.XDG_CACHE_HOME = before;
    }
  }

  /** Our answer in the oracle's words. */
  async function inWords(engine: EngineClient, left: string, right: string, compared: CompareJson, most: number): Promise<OracleDifferences> {
    const pages = compared.pages.changedRanges.flatMap(({ start, end }) => {
      const list: bigint[] = [];
      for (let page = BigInt(start); page < BigInt(end) && list.length < most; page += 4096n) list.push(page);
      return list;
    });
    const first: OracleDifferences['first'][number][] = [];
    for (const page of pages.slice(0, most)) {
      const [one, other] = await Promise.all([left, right].map((dump) => engine.call('read', { dump, space: 'absolute', address: page, length: 4096 })));
      const differing = [...(one?.data ?? [])].flatMap((byte, index) => (byte === other?.data[index] ? [] : [index]));
      first.push({
        page: `0x${page.toString(16)}`,
        bytes: differing.length,
        offsets: `0x${(differing[0] ?? 0).toString(16)}..0x${(differing.at(-1) ?? 0).toString(16)}`,
      });
    }
    return { first, pages: compared.pages.changed };
  }

  it.each(withDumps(pairs, 2))('%s and %s differ as the script says', async (left, right, file) => {
    const text = guestOracle(left, file);
    if (text === undefined) throw new Error(`no ${file}`);
    const expected = parseOracle(text);
    await comparePair([left, right], async (engine, one, other) => {
      const exact = await engine.call('compare', { left: one, right: other, exact: true });
      const judged = await inWords(engine, one, other, exact, expected.first.length);
      expect(judged).toEqual(expected);
      expect(exact.pages).toMatchObject({ onlyLeft: 0, onlyRight: 0, common: exact.pages.equal + exact.pages.changed });
      // A script that had counted one page or byte differently would have been noticed.
      expect(judged).not.toEqual(parseOracle(text.replace(/differ: (\d+)/, (_, total: string) => `differ: ${Number(total) + 1}`)));
      expect(judged).not.toEqual(parseOracle(text.replace(/: (\d+) bytes/, (_, bytes: string) => `: ${Number(bytes) + 1} bytes`)));
      if (file === 's1-vs-s2.txt') {
        const quick = await engine.call('compare', { left: one, right: other });
        expect(quick.method).toBe('fingerprint');
        expect({ ...quick, method: 'exact' }).toEqual(exact);
        expect(quick.comparable).toBe(true);
        expect(quick.remarks?.map((remark) => remark.text).join()).toMatch(/the right dump was taken \d+\.\d+ s later/);
      }
    });
  });

  it.each(withDumps(sameMemory, 2))('%s and %s hold the same pages', async (left, right) => {
    await comparePair([left, right], async (engine, one, other) => {
      const compared = await engine.call('compare', { left: one, right: other });
      expect(compared.pages).toMatchObject({ changed: 0, onlyLeft: 0, onlyRight: 0, changedRanges: [] });
      expect(compared.pages.common).toBe(compared.pages.equal);
      expect(compared.pages.common).toBeGreaterThan(5000);
      expect(differenceSections.filter((section) => section !== 'notes').flatMap((section) => compared[section])).toEqual([]);
    });
  });

  it.skipIf(!haveDump('o-s390k612-s3-kdump-zlib-d31'))('of two guests are not comparable', async () => {
    await comparePair(['o-s390-s3-kdump-zlib-d31', 'o-s390k612-s3-kdump-zlib-d31'], async (engine, one, other) => {
      const compared = await engine.call('compare', { left: one, right: other });
      expect(compared.comparable).toBe(false);
      expect(compared.reasons).toContainEqual({ kind: 'release', left: '6.1.192-kdumptest', right: '6.12.107-kdumptest' });
    });
  });
});
