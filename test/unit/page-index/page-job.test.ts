import { readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { createPageJob, createPlainPageJob } from '../../../src/analysis/page-index/page-job.ts';
import type { PageJob } from '../../../src/analysis/page-index/page-job-type.ts';
import { csumPartial } from '../../../src/analysis/arch/s390x/checksum.ts';
import { seededRandom, type SeededRandom } from '../../../src/samples/seeded-random.ts';
import { randomFor, runs } from '../../run-size.ts';
import { dumpFile, haveDump } from '../../dumps.ts';
import { openFile } from '../../../src/analysis/source/file-source.ts';
import { corpus } from './page-corpus.ts';
import { pageBytes } from './page-image.ts';

const wasm = createPageJob();
const plain = createPlainPageJob();

function answers(job: PageJob, bytes: Uint8Array, states: Uint8Array) {
  const pages = states.length;
  const [fingerprints, meta, sums] = [new Int32Array(2 * pages).fill(-1), new Uint8Array(pages).fill(0xee), new Int32Array(pages).fill(-1)];
  const stored = job.run(bytes, states, fingerprints, meta, sums);
  return { stored, fingerprints: [...fingerprints], meta: [...meta], sums: [...sums] };
}

/** Pages near every decision: corpus pages with some bytes changed, halves of two kinds, sparse and striped ones. */
function crossed(random: SeededRandom): Uint8Array {
  const any = (): Uint8Array => Uint8Array.from(corpus[random.below(corpus.length)]!.make(random));
  const page = any();
  const kind = random.below(4);
  if (kind === 0) page.set(any().subarray(0, random.below(pageBytes)), 0);
  else if (kind === 1) for (let change = random.below(400); change > 0; change -= 1) page[random.below(pageBytes)] = random.below(256);
  else if (kind === 2) {
    const step = 1 + random.below(64);
    for (let at = random.below(step); at < pageBytes; at += step) page[at] = random.below(4) === 0 ? 0 : random.below(256);
  } else page.fill(0, random.below(pageBytes));
  return page;
}

describe('page job in WebAssembly', () => {
  it('is what runs here', () => {
    expect([wasm.kind, plain.kind]).toEqual(['wasm', 'js']);
  });

  it('gives the numbers of the plain one for pages of every kind', () => {
    const random = randomFor('both page jobs');
    const states = new Uint8Array(64);
    const classes = new Set<number>();
    for (let round = 0; round < runs(12, 400); round += 1) {
      const bytes = new Uint8Array(64 * pageBytes);
      for (let page = 0; page < 64; page += 1) {
        states[page] = random.below(8) === 0 ? random.below(6) : 0;
        bytes.set(page % 2 === 0 ? crossed(random) : corpus[random.below(corpus.length)]!.make(random), page * pageBytes);
      }
      const expected = answers(plain, bytes, states);
      expect(answers(wasm, bytes, states)).toEqual(expected);
      for (const meta of expected.meta) classes.add(meta);
    }
    // All classes and states have been among them.
    expect(classes.size).toBe(11);
  });

  it('takes bytes that lie in its own memory, and forgets what was there before', () => {
    const states = new Uint8Array(256);
    wasm.bytes.set(seededRandom(7).bytes(wasm.bytes.length));
    expect(answers(wasm, wasm.bytes, states)).toEqual(answers(plain, Uint8Array.from(wasm.bytes), states));
    expect(answers(wasm, new Uint8Array(pageBytes), Uint8Array.of(0)).meta).toEqual([1]);
  });

  it('sums as CHECKSUM does, at the largest sums too', () => {
    const pages = [new Uint8Array(pageBytes).fill(0xff), new Uint8Array(pageBytes).fill(0xff, 0, 4092), Uint8Array.from(seededRandom(3).bytes(pageBytes))];
    for (const page of pages) expect((answers(wasm, page, Uint8Array.of(0)).sums[0] ?? 0) >>> 0).toBe(csumPartial(page));
  });

  it('refuses more pages than it has room for', () => {
    expect(() => createPageJob(4097)).toThrow(RangeError);
  });

  it('gives the numbers of the plain one for pages of real dumps', async () => {
    for (const name of ['o-small-s5-qemu.elf', 'o-a64-a1-qemu.elf', 'o-x86-x1-kdump-raw-d31'].filter((one) => haveDump(one))) {
      const file = openFile(await dumpFile(name));
      const random = randomFor(name);
      const states = new Uint8Array(256);
      const bytes = new Uint8Array(256 * pageBytes);
      for (let read = 0; read < runs(6, 200); read += 1) {
        file.readInto(random.below(file.size >> 12) * pageBytes, bytes);
        expect(answers(wasm, bytes, states)).toEqual(answers(plain, bytes, states));
      }
      file.close();
    }
  });

  it('is what its source builds to', () => {
    execFileSync(process.execPath, ['scripts/page-job.mjs', '--check'], { stdio: 'pipe' });
    expect(readFileSync('src/analysis/page-index/page-job/page-job.wasm').length).toBeLessThan(16_384);
  });
});
