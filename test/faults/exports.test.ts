/** Exports of large dumps in bounded memory, and exports whose process is killed. */
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exportWriters } from '../../src/analysis/export/writers.ts';
import { partialPaths } from '../../src/files/resumable-output.ts';
import { buildCase } from '../../src/samples/case-text.ts';
import type { ExportJson } from '../../src/shared/export-model.ts';
import { filteredKdump } from '../perf/filtered-kdump.ts';
import { sparseTape } from '../perf/sparse-standalone.ts';
import { randomFor, runs } from '../run-size.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { peakRuns } from './peak-run.ts';

const folder = scratchFolder();
const peakOf = peakRuns(folder);
const mebibyte = 2 ** 20;
const tebibyte = 2 ** 40;
const minutes = 600_000;

const dump = join(folder, 'dump.s390');
writeFileSync(dump, buildCase('memory 80 MiB\ncpu prefix=0x8000\nrandom 0x10000 0x180000\nrandom 0x1800000 0x40000\nrandom 0x4f00000 0x100000\nformat s390'));

interface Ended {
  readonly signal: NodeJS.Signals | null;
  readonly answer: { readonly sha256: string; readonly resumedAt?: number } | undefined;
}

function exportAndKill(path: string, format: string, stop: number): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = fork(new URL('export-until-killed.mts', import.meta.url), [dump, path, format, String(stop)], { execArgv: [] });
    let answer: Ended['answer'];
    child.on('message', (message) => {
      answer = message as Ended['answer'];
    });
    child.on('exit', (code, signal) => {
      if (code === 0 || signal === 'SIGKILL') resolve({ signal, answer });
      else reject(new Error(`the child ended with ${signal ?? `code ${code}`}`));
    });
  });
}

describe.each(Object.keys(exportWriters))('kill -9 while exporting (%s)', (format) => {
  it(
    'leaves what can be resumed to the same file',
    async () => {
      const random = randomFor(`killed export ${format}`);
      const whole = join(folder, `whole.${format}`);
      const expected = await exportAndKill(whole, format, Infinity);
      const bytes = readFileSync(whole);
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(expected.answer?.sha256);
      for (let round = 0; round < runs(2, 12); round += 1) {
        const path = join(folder, `killed.${round}.${format}`);
        // After the first block, so that there is something to go on with.
        expect((await exportAndKill(path, format, 20 + random.below(40))).signal).toBe('SIGKILL');
        expect(existsSync(path)).toBe(false);
        expect(existsSync(partialPaths(path).partial)).toBe(true);
        await exportAndKill(path, format, random.below(10));
        const { answer } = await exportAndKill(path, format, Infinity);
        expect(answer).toMatchObject({ sha256: expected.answer?.sha256 });
        expect(answer?.resumedAt).toBeGreaterThan(0);
        expect(Buffer.compare(readFileSync(path), bytes)).toBe(0);
      }
      expect(readdirSync(folder).filter((name) => name.includes('.partial'))).toEqual([]);
    },
    minutes,
  );
});

describe('an export of a large dump', () => {
  it(
    'takes a range of 1 TiB in bounded memory',
    async () => {
      const path = join(folder, 'large.tape');
      sparseTape(path, tebibyte + 4096);
      const out = join(folder, 'range.elf');
      const range = ['--range', '0x0-0x400000', '--range', '0xfff0000000-0xfff8000000'];
      const { code, peak, out: text } = await peakOf('export', path, '--format', 'elf', '-o', out, ...range, '--json');
      expect(code).toBe(0);
      expect(peak).toBeLessThan(512 * mebibyte);
      const answer = JSON.parse(text) as ExportJson;
      expect(answer.pages).toMatchObject({ total: (4 + 128) * 256, missing: 0, unreadable: 0 });
      expect(answer.memoryRoot).toMatchObject({ whole: false, equal: true });
      // The zeros of 128 MiB are a hole.
      expect(statSync(out).blocks * 512).toBeLessThan(8 * mebibyte);
    },
    minutes,
  );

  it(
    'copes with memory in thousands of pieces',
    async () => {
      const path = join(folder, 'filtered.kdump');
      const { storedPages } = filteredKdump(path, { bytes: 2 ** 30 });
      const out = join(folder, 'pieces.elf');
      const { code, peak, out: text } = await peakOf('export', path, '--format', 'elf', '-o', out, '--json');
      expect(code).toBe(0);
      expect(peak).toBeLessThan(512 * mebibyte);
      const answer = JSON.parse(text) as ExportJson;
      expect(answer.pages.present + answer.pages.zero).toBe(storedPages);
      expect(answer.memoryRoot).toMatchObject({ whole: true, equal: true });
    },
    minutes,
  );
});
