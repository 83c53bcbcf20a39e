/** What the engine says of a range of bytes, against Node's own digests. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { entropyOf } from '../../../src/analysis/engine/bytes/range-facts.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import { engineHosts } from '../../engine-hosts.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const path = join(scratchFolder(), 'hole.vmcore');
writeFileSync(path, buildCase('memory 64 KiB\ncpu prefix=0x8000\nload 0x0 0x8000\nload 0xa000 0x6000\nformat elf-vmcore'));
const file = readFileSync(path);

describe('facts of a range', () => {
  it('are digests and counts of its bytes, and no digest where some are missing', async () => {
    const engine = engineHosts[0]!.start();
    try {
      const { dump } = await engine.client.call('open', { path });
      const length = Math.min(file.length, 100_000);
      const bytes = file.subarray(0, length);
      const whole = await engine.client.call('rangeFacts', { dump, space: 'file', address: 0n, length });
      expect(whole).toMatchObject({
        bytes: length,
        present: length,
        zeros: bytes.filter((value) => value === 0).length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        crc32: `0x${zlib.crc32(bytes).toString(16)}`,
        sum: `0x${bytes.reduce((sum, value) => sum + value, 0).toString(16)}`,
      });
      const texts = bytes.toString('latin1').match(/[ -~]{4,}/g) ?? [];
      expect(whole.stringCount).toBe(texts.length);
      expect(whole.strings.map(({ text }) => text)).toEqual(texts.slice(0, 100).map((text) => text.slice(0, 256)));
      const around = await engine.client.call('rangeFacts', { dump, space: 'absolute', address: 0x7ff0n, length: 0x20 });
      expect(around).toMatchObject({ bytes: 0x20, present: 0x10 });
      expect(around).not.toHaveProperty('sha256');
      // One in sixteen numbers begins with a zero.
      const short = Array.from({ length: 64 }, (_, at) => at + 2).find((size) => zlib.crc32(file.subarray(0, size)) < 0x1000_0000) ?? 0;
      const begins = await engine.client.call('rangeFacts', { dump, space: 'file', address: 0n, length: short });
      expect([begins.bytes, begins.crc32]).toEqual([short, `0x${zlib.crc32(file.subarray(0, short)).toString(16)}`]);
      await expect(engine.client.call('rangeFacts', { dump, space: 'absolute', address: 0n, length: 1 << 30 })).rejects.toThrow(/at most/);
    } finally {
      await engine.close();
    }
  });

  it('have an entropy from 0 to 8 bits', () => {
    const counts = (of: (value: number) => number): Float64Array => Float64Array.from({ length: 256 }, (_, value) => of(value));
    expect(
      entropyOf(
        counts((value) => (value === 7 ? 9 : 0)),
        9,
      ),
    ).toBeCloseTo(0);
    expect(
      entropyOf(
        counts(() => 3),
        768,
      ),
    ).toBeCloseTo(8);
    expect(
      entropyOf(
        counts((value) => (value < 2 ? 5 : 0)),
        10,
      ),
    ).toBeCloseTo(1);
  });
});
