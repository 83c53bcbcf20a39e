/**
 * Kdump-compressed files that are written: of any memory and any choice of pages the same pages are read again, and for each page that is not there the file says why. Cut off anywhere
 * while it is written and gone on with, the file is the same.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openResumable } from '../../../src/files/resumable-output.ts';
import { exportMemory } from '../../../src/analysis/engine/export/export.ts';
import { exportPlan } from '../../../src/analysis/engine/export/plan.ts';
import { sessionOn, type Session } from '../../../src/analysis/engine/session/session.ts';
import { runExport } from '../../../src/analysis/export/export-job.ts';
import type { ExportPlan } from '../../../src/analysis/export/export-plan.ts';
import type { ExportWriter } from '../../../src/analysis/export/export-writer.ts';
import { kdumpWriter } from '../../../src/analysis/export/kdump-writer.ts';
import type { PageChoice } from '../../../src/analysis/export/page-choice.ts';
import { pageStateCodes } from '../../../src/analysis/formats/dump-format.ts';
import { finish } from '../../../src/analysis/jobs/steps.ts';
import { findVmcoreinfo } from '../../../src/analysis/kernel/vmcoreinfo/vmcoreinfo.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { kdumpCompressed } from '../../../src/samples/kdump-compressed.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';
import { seededRandom } from '../../../src/samples/seeded-random.ts';
import type { System } from '../../../src/samples/system.ts';
import { exportCompressions, filterLevels } from '../../../src/shared/export-model.ts';
import { pageSize } from '../../../src/shared/units.ts';
import { runs } from '../../run-size.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder();
const never = new AbortController().signal;
const code = (name: (typeof pageStateCodes)[number]): number => pageStateCodes.indexOf(name);

/** A system whose memory holds pages of all kinds: zeros, text, and what no compression makes smaller. */
function systemOf(seed: number, blockSize = pageSize): System {
  const system = s390xSystem({ state: 'kdump', cpuCount: 1 + (seed % 3) });
  const random = seededRandom(seed);
  const pages = system.memory.size / pageSize;
  for (let at = 0; at < 200; at += 1) {
    const page = random.below(pages);
    // The places of the lowcore, of the kernel and of its notes stay.
    if (system.memory.isZero(page * pageSize, pageSize))
      system.memory.write(
        page * pageSize,
        Uint8Array.from({ length: pageSize }, () => random.below(256)),
      );
  }
  return { ...system, vmcoreinfo: system.vmcoreinfo?.replace('PAGESIZE=4096', `PAGESIZE=${blockSize}`) };
}

/** Ranges of whole pages somewhere in memory. */
const places = fc.array(fc.record({ at: fc.double({ min: 0, max: 0.999, noNaN: true }), pages: fc.integer({ min: 1, max: 700 }) }), { maxLength: 4 });

const asRanges = (
  wishes: readonly { readonly at: number; readonly pages: number }[],
  size: number,
  blockSize: number,
): { readonly start: number; readonly size: number }[] =>
  wishes.map(({ at, pages }) => {
    const start = Math.floor((at * size) / blockSize) * blockSize;
    return { start, size: Math.min(size - start, Math.ceil((pages * pageSize) / blockSize) * blockSize) };
  });

/** A choice by page numbers alone, of whole pages of the kernel. */
function choiceOf(seed: number, blockSize = pageSize): PageChoice {
  const scale = blockSize / pageSize;
  return {
    levels: ['cache', 'free'],
    missing: [],
    exclude(startPfn, into) {
      for (let page = 0; page < into.length; page += 1) {
        const stretch = seededRandom(seed + Math.floor((startPfn + page) / scale / 37)).below(100) / 100;
        if (stretch < 0.4) into[page] = 1 + filterLevels.indexOf(stretch < 0.2 ? 'cache' : 'free');
      }
    },
  };
}

let files = 0;

/** @param stopAt the block of pages at which writing is cut off once */
async function written(plan: ExportPlan, stopAt?: number): Promise<Buffer> {
  const path = join(folder, `kdump.${files++}`);
  const options = { kind: 'export', expected: 'a new file', key: 'one' } as const;
  const run = { signal: never, progress: () => undefined, checkpointMilliseconds: 0 };
  if (stopAt !== undefined) {
    const output = openResumable(path, options);
    let blocks = 0;
    const stopping: ExportWriter = {
      format: 'kdump',
      *begin(...given) {
        const inner = yield* kdumpWriter.begin(...given);
        return {
          missing: inner.missing,
          state: () => inner.state(),
          finish: () => inner.finish(),
          add(block) {
            if (++blocks > stopAt) throw new Error('cut off');
            return inner.add(block);
          },
        };
      },
    };
    const ended = await runExport(plan, stopping, output, run).then(
      () => true,
      () => false,
    );
    if (ended) {
      output.finish();
      return readFileSync(path);
    }
    output.pause();
  }
  const output = openResumable(path, options);
  await runExport(plan, kdumpWriter, output, run);
  output.finish();
  return readFileSync(path);
}

async function planOf(
  session: Session,
  compression: (typeof exportCompressions)[number],
  ranges?: readonly { start: bigint; end: bigint }[],
): Promise<ExportPlan> {
  const { plan } = await exportPlan(session, { format: 'kdump', output: '', compression, ...(ranges === undefined ? {} : { ranges: [...ranges] }) }, never);
  return plan;
}

function pagesOf({ image: { memory } }: Session): { readonly states: Uint8Array; readonly bytes: Buffer } {
  const pages = Number(memory.end / BigInt(pageSize));
  const [states, bytes] = [new Uint8Array(pages), Buffer.alloc(pages * pageSize)];
  memory.readPages(0, bytes, states);
  return { states, bytes };
}

describe('a kdump-compressed file that is written', () => {
  it('holds the pages that were chosen, and says of all others whether they were left out, lost, or never there', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          seed: fc.nat({ max: 1_000_000 }),
          compression: fc.constantFrom(...exportCompressions),
          holes: places,
          excluded: places,
          lost: places,
          ranges: fc.option(places.filter((some) => some.length > 0)),
          isChosen: fc.boolean(),
          // Kernels of aarch64 and ppc64 have pages of 64 KiB.
          blockSize: fc.constantFrom(4096, 65_536),
        }),
        async ({ seed, compression, isChosen, blockSize, ...wishes }) => {
          const system = systemOf(seed, blockSize);
          const { size } = system.memory;
          const session = sessionOn(
            memorySource(
              'dump',
              kdumpCompressed(system, {
                codec: 'none',
                dumpLevel: 1,
                blockSize,
                holes: asRanges(wishes.holes, size, blockSize),
                excluded: asRanges(wishes.excluded, size, blockSize),
                lost: asRanges(wishes.lost, size, blockSize),
              }),
            ),
          );
          const ranges =
            wishes.ranges === null
              ? undefined
              : asRanges(wishes.ranges, size, blockSize).map((one) => ({ start: BigInt(one.start), end: BigInt(one.start + one.size) }));
          const choice = isChosen ? choiceOf(seed, blockSize) : undefined;
          const plan = { ...(await planOf(session, compression, ranges)), choice, filter: isChosen ? (['cache', 'free'] as const) : [] };
          const copy = sessionOn(memorySource('export', await written(plan)));
          expect(copy.image.machine.pageSize ?? pageSize).toBe(blockSize);
          const [from, to] = [pagesOf(session), pagesOf(copy)];
          const marks = new Uint8Array(from.states.length);
          choice?.exclude(0, marks);
          for (let pfn = 0; pfn < from.states.length; pfn += 1) {
            const address = BigInt(pfn * pageSize);
            const inRange = ranges === undefined || ranges.some(({ start, end }) => address >= start && address < end);
            const state = from.states[pfn] ?? 0;
            const isThere = state === code('stored') || state === code('zero');
            const isDescribed = session.image.ranges.holds(address);
            const read = to.states[pfn] ?? code('missing');
            if (inRange && isThere && marks[pfn] === 0) {
              if (read !== code('stored') && read !== code('zero')) expect.fail(`page ${pfn} is ${pageStateCodes[read]}`);
              if (Buffer.compare(from.bytes.subarray(pfn * pageSize, (pfn + 1) * pageSize), to.bytes.subarray(pfn * pageSize, (pfn + 1) * pageSize)) !== 0)
                expect.fail(`page ${pfn} differs`);
            } else if (!isDescribed) expect(pageStateCodes[read], `page ${pfn}, which does not exist`).toBe('missing');
            else if (inRange && !isThere && state !== code('excluded') && marks[pfn] === 0)
              expect(pageStateCodes[read], `page ${pfn}, which is lost`).toBe('missing');
            else expect(pageStateCodes[read], `page ${pfn}, which was left out`).toBe('excluded');
          }
          const bitmaps = copy.image.bitmaps === undefined ? undefined : finish(copy.image.bitmaps());
          expect(bitmaps).toMatchObject({ outside: 0, parts: [{ surplus: 0 }] });
          const faults = copy.image.findings.filter(({ severity }) => severity === 'error').map(({ id }) => id);
          expect(faults.filter((id) => id !== 'container-complete/incomplete-flag')).toEqual(
            session.image.container.complete.value ? [] : ['container-complete/export-source'],
          );
          expect(copy.image.names).toEqual(session.image.names);
          expect(findVmcoreinfo(copy.image, copy.memory)).toMatchObject({ value: { text: system.vmcoreinfo } });
          expect(copy.cpuSet.cpus.map(({ psw, gprs }) => ({ psw, gprs }))).toEqual(session.cpuSet.cpus.map(({ psw, gprs }) => ({ psw, gprs })));
        },
      ),
      { numRuns: runs(6, 60) },
    );
  });

  it('is the same, byte for byte, where writing was cut off and went on', async () => {
    const session = sessionOn(memorySource('dump', kdumpCompressed(systemOf(7), { codec: 'none', dumpLevel: 1 })));
    const plan = { ...(await planOf(session, 'zlib')), choice: choiceOf(7), filter: ['cache', 'free'] as const };
    const whole = await written(plan);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 40 }), async (stopAt) => {
        expect(Buffer.compare(await written(plan, stopAt), whole)).toBe(0);
      }),
      { numRuns: runs(5, 40) },
    );
  });

  it('calls a page of 64 KiB lost of which it has only a part, and says so', async () => {
    const system = systemOf(3, 65_536);
    const session = sessionOn(memorySource('dump', kdumpCompressed(system, { codec: 'none', dumpLevel: 1, blockSize: 65_536 })));
    const plan = await planOf(session, 'zlib', [{ start: 0x1_0000n, end: 0x3_1000n }]);
    const path = join(folder, `kdump.${files++}`);
    const output = openResumable(path, { kind: 'export', expected: 'a new file', key: 'one' });
    const { missing } = await runExport(plan, kdumpWriter, output, { signal: never, progress: () => undefined });
    output.finish();
    expect(missing.map(({ why }) => why)).toContain('1 page of 65536 bytes is lost: the source or the ranges have only a part of it');
    const { states } = pagesOf(sessionOn(memorySource('export', readFileSync(path))));
    expect([...new Set(states.subarray(0x10, 0x30))].every((state) => state === code('stored') || state === code('zero'))).toBe(true);
    expect(new Set(states.subarray(0x30, 0x40))).toEqual(new Set([code('missing')]));
    expect(new Set(states.subarray(0x40, 0x50))).toEqual(new Set([code('excluded')]));
  });

  it('keeps all pages where page flags cannot be read, and says why', async () => {
    const session = sessionOn(memorySource('dump', kdumpCompressed(systemOf(5), { codec: 'none', dumpLevel: 1 })));
    const output = join(folder, `kdump.${files++}`);
    const answer = await exportMemory(session, { format: 'kdump', output, filter: [...filterLevels] }, { signal: never, progress: () => undefined });
    expect(answer.missing.map(({ what }) => what)).toContain('the filter levels cache, private-cache, user, free');
    expect(answer.missing.find(({ what }) => what.startsWith('the filter levels'))?.why).toContain('page flags cannot be read, and their pages are kept: ');
    expect(answer.pages.filtered).toEqual({ zero: 0, cache: 0, 'private-cache': 0, user: 0, free: 0 });
    expect(answer.memoryRoot).toMatchObject({ whole: true, equal: true });
  });
});
