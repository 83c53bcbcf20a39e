/** The known text of the guests: lines "DUMPMARK <name> line <n> of the known text" (README of the dumps). */
import { openSync, readSync, closeSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { searchSchema, type SearchHit } from '../../src/shared/search-model.ts';
import { runInProcess } from '../cli-in-process.ts';
import { dumpFile, haveDump } from '../dumps.ts';

/** Positions of a text in a file, by reading the file and nothing of ours. */
function positionsIn(path: string, text: string): number[] {
  const found: number[] = [];
  const file = openSync(path, 'r');
  const block = Buffer.alloc(16 << 20);
  const overlap = text.length - 1;
  for (let at = 0; ; at += block.length - overlap) {
    const got = readSync(file, block, 0, block.length, at);
    for (let place = block.subarray(0, got).indexOf(text); place !== -1; place = block.subarray(0, got).indexOf(text, place + 1)) found.push(at + place);
    if (got < block.length) break;
  }
  closeSync(file);
  return found;
}

async function search(...args: readonly string[]): Promise<readonly SearchHit[]> {
  const { code, out, err } = await runInProcess(['search', ...args, '--json', '--limit', '100000']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return v.parse(searchSchema, JSON.parse(out)).hits;
}

/** Numbers of the known lines among the hits. */
const lines = (hits: readonly SearchHit[]): ReadonlySet<number> =>
  new Set(hits.flatMap(({ match }) => /line (\d+) of the known text/.exec(Buffer.from(match, 'hex').toString('latin1'))?.[1] ?? []).map(Number));
const known = 'DUMPMARK o-s390 line \\d+ of the known text';

/** Numbers of the known lines that are in the file in one piece: a line can end in a page that lies somewhere else. */
function linesIn(path: string, positions: readonly number[]): ReadonlySet<number> {
  const file = openSync(path, 'r');
  const text = Buffer.alloc(80);
  const found = positions.flatMap((at) => {
    const got = readSync(file, text, 0, text.length, at);
    return /^DUMPMARK o-s390 line (\d+) of the known text/.exec(text.subarray(0, got).toString('latin1'))?.[1] ?? [];
  });
  closeSync(file);
  return new Set(found.map(Number));
}

describe.skipIf(!haveDump('o-s390-s1-qemu.elf', 'o-s390-s1-qemu.kdump-zlib'))('known text of a real guest', () => {
  let elf = '';
  let compressed = '';
  let hits: readonly SearchHit[] = [];
  beforeAll(async () => {
    elf = await dumpFile('o-s390-s1-qemu.elf');
    compressed = await dumpFile('o-s390-s1-qemu.kdump-zlib');
    hits = await search(elf, 'DUMPMARK');
  });

  it('is found at every place where it is in the file', () => {
    const expected = positionsIn(elf, 'DUMPMARK');
    expect(expected.length).toBeGreaterThan(2000);
    expect(hits.map(({ fileOffset }) => fileOffset)).toEqual(expected);
    // The twin: one place less would be noticed.
    expect(hits.slice(1).map(({ fileOffset }) => fileOffset)).not.toEqual(expected);
  });

  it('has all its lines, by regular expression, in both containers at the same addresses', async () => {
    const ofElf = await search(elf, known, '--type', 'regex');
    const expected = linesIn(elf, positionsIn(elf, 'DUMPMARK'));
    // 2000 lines, a few of which are cut by the end of a page that the next page in memory does not continue.
    expect(expected.size).toBeGreaterThan(1950);
    expect(lines(ofElf)).toEqual(expected);
    expect(lines(ofElf.filter(({ match }) => !match.includes(Buffer.from('line 777 ').toString('hex'))))).not.toEqual(expected);
    const ofKdump = await search(compressed, known, '--type', 'regex');
    expect(ofKdump.map(({ address, match }) => [address, match])).toEqual(ofElf.map(({ address, match }) => [address, match]));
  });

  it('is found in small letters too, and nowhere outside of its own range', async () => {
    const [first, last] = [hits[0], hits.at(-1)];
    const insensitive = await search(elf, 'dumpmark', '--ignore-case', '--range', `${first!.address}-${last!.address}`);
    expect(insensitive.map(({ address }) => address)).toEqual(hits.slice(0, -1).map(({ address }) => address));
    expect(await search(elf, 'dumpmark', '--range', '0-0x1000000')).toEqual([]);
  });
});
