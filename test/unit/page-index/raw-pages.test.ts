import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSession } from '../../../src/analysis/engine/session/session.ts';
import { pageExtents, unpackExtents } from '../../../src/analysis/page-index/page-extents.ts';
import { areRaw, rawPages } from '../../../src/analysis/page-index/raw-pages.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { numberedPage, pageImage } from './page-image.ts';

const folder = scratchFolder();
const opened = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, buildCase(`memory 4 MiB\nrandom 0x100000 1 MiB\n${text}\n`));
  return openSession(path);
};

describe('pages read by their extents alone', () => {
  it.each(['format s390 producer=zipl', 'format elf-vmcore producer=kernel'])('are those that the dump gives: %s', (text) => {
    const session = opened('dump', text);
    const { image } = session;
    const extents = pageExtents(image.memory);
    const { packed } = extents;
    if (packed === undefined) throw new Error('few extents are packed');
    expect(areRaw(packed)).toBe(true);
    const raw = rawPages(image.source, unpackExtents(packed));
    const pages = extents.totalPages + 5;
    const [bytes, states] = [new Uint8Array(pages * 4096).fill(1), new Uint8Array(pages).fill(3)];
    const [expected, expectedStates] = [new Uint8Array(pages * 4096), new Uint8Array(pages)];
    raw.readPages(0, bytes, states);
    image.memory.readPages(0, expected, expectedStates);
    expect(states).toEqual(expectedStates);
    states.forEach((state, page) => {
      const at = page * 4096;
      if (state === 0) expect(Buffer.compare(bytes.subarray(at, at + 4096), expected.subarray(at, at + 4096))).toBe(0);
    });
    session.close();
  });

  it('are no way to read compressed dumps, and pages that are cut', () => {
    for (const text of ['format kdump-compressed codec=zlib', 'format elf-vmcore producer=kernel\ntruncate -0x5678']) {
      const session = opened('other', text);
      const { packed } = pageExtents(session.image.memory);
      expect(packed !== undefined && areRaw(packed)).toBe(false);
      session.close();
    }
  });

  it('are unreadable from where the file ends on', () => {
    const { memory } = pageImage([
      { pages: 4, state: 'stored', fill: numberedPage, fileOffset: 0 },
      { pages: 4, state: 'missing' },
    ]);
    const raw = rawPages(memorySource('short', new Uint8Array(2 * 4096 + 5).fill(7)), pageExtents(memory));
    const [bytes, states] = [new Uint8Array(8 * 4096), new Uint8Array(8)];
    raw.readPages(0, bytes, states);
    expect([...states]).toEqual([0, 0, 4, 4, 3, 3, 3, 3]);
    expect(bytes[2 * 4096 - 1]).toBe(7);
    expect(bytes[2 * 4096 + 5]).toBe(0);
  });
});
