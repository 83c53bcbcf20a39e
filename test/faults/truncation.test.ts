/** Every dump cut at many places: what is gone is said to be gone, what is there stays as it was. */
import { describe, expect, it } from 'vitest';
import { dumpFormats } from '../../src/analysis/formats/index.ts';
import { sessionOn } from '../../src/analysis/engine/session/session.ts';
import { isDumpError } from '../../src/shared/dump-error.ts';
import { memorySource, truncatedSource } from '../../src/analysis/source/memory-source.ts';
import { caseFiles, type CaseFile } from '../case-files.ts';
import { randomFor, runs } from '../run-size.ts';
import { askEverything } from './hostile-dump.ts';

const files = caseFiles();

/** Places where one more byte makes a difference, and places from anywhere. */
function cuts({ name, bytes }: CaseFile): readonly number[] {
  const random = randomFor(`cuts ${name}`);
  const edges = [0, 1, 4, 8, 16, 52, 56, 63, 64, 120, 4095, 4096, 4097, bytes.length - 1, bytes.length - 16, bytes.length - 4096];
  const anywhere = Array.from({ length: runs(24, 400) }, () => random.below(bytes.length));
  const early = Array.from({ length: runs(16, 300) }, () => random.below(Math.min(bytes.length, 8192)));
  return [...new Set([...edges, ...anywhere, ...early])].filter((at) => at >= 0 && at < bytes.length);
}

describe('cut dumps', () => {
  it.each(files.map((file) => [file.name, file] as const))('%s', async (_name, file) => {
    const whole = memorySource(file.name, file.bytes);
    const intact = await askEverything(whole, file.companions, 'uncut');
    const random = randomFor(`reads ${file.name}`);
    for (const cut of cuts(file)) {
      const found = await askEverything(truncatedSource(whole, cut), file.companions, `cut to ${cut} of ${file.bytes.length} bytes`);
      if (found === undefined || intact === undefined) continue;
      const { segments } = intact.session.image;
      const needed = Math.max(0, ...[...segments].map(({ fileOffset, fileBytes }) => fileOffset + fileBytes));
      if (['elf-vmcore', 's390'].includes(found.session.image.format) && cut < Math.min(needed, file.bytes.length)) {
        expect(found.answers.info.container.complete, `cut to ${cut}: segments need ${needed} bytes`).toBe(false);
        expect(found.answers.checks.some(({ verdict }) => verdict === 'failed')).toBe(true);
      }
      const { format } = found.session.image;
      if (format.startsWith('s390-mv')) {
        // A shortened volume moves what the later ones hold; nobody can tell by how much, only that something is missing.
        if (cut < needed) expect(found.answers.info.container.complete, `cut to ${cut}`).toBe(false);
        continue;
      }
      // Nothing is made up: what can still be read is what was there.
      for (let round = 0; round < 8 && intact.session.memory.end > 0n; round += 1) {
        const address = BigInt(random.below(Number(intact.session.memory.end)));
        const now = found.session.memory.readPresent(address, 32);
        const before = now === undefined ? undefined : intact.session.memory.readPresent(address, 32);
        if (now !== undefined && before !== undefined) expect(Buffer.compare(now, before), `0x${address.toString(16)} after a cut to ${cut}`).toBe(0);
      }
    }
  });

  it('every format is among them', () => {
    const formats = files.flatMap(({ name, bytes, companions }) => {
      try {
        return [sessionOn(memorySource(name, bytes), undefined, { companions: () => companions }).image.format];
      } catch (error) {
        if (isDumpError(error)) return [];
        throw error;
      }
    });
    // Raw memory has nothing to be known by.
    expect(dumpFormats.map(({ id }) => id).filter((id) => id !== 'memory' && !formats.includes(id))).toEqual([]);
  });
});
