/** What is exported of every kind of dump that we build is opened again, and holds the same: pages, absences, registers, VMCOREINFO. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Session } from '../../../src/analysis/engine/session/session.ts';
import { sessionOn } from '../../../src/analysis/engine/session/session.ts';
import { exportMemory } from '../../../src/analysis/engine/export/export.ts';
import { findVmcoreinfo } from '../../../src/analysis/kernel/vmcoreinfo/vmcoreinfo.ts';
import { rootOfMemory } from '../../../src/analysis/page-index/root-of-memory.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import type { ExportFormat, ExportJson } from '../../../src/shared/export-model.ts';
import { isDumpError } from '../../../src/shared/dump-error.ts';
import { hex, pageSize } from '../../../src/shared/units.ts';
import { caseSession } from '../../case-answers.ts';
import { runs, sample } from '../../run-size.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { isFailure } from '../../../src/shared/result.ts';

const cases = new URL('../../cases/', import.meta.url);
const folder = scratchFolder();
const never = new AbortController().signal;
const page = BigInt(pageSize);

function sessionOf(name: string): Session | undefined {
  try {
    return caseSession(name, readFileSync(new URL(name, cases), 'utf8'));
  } catch (error) {
    if (isDumpError(error)) return undefined;
    throw error;
  }
}

const names = readdirSync(cases).filter((name) => name.endsWith('.dump'));
const opened = names.flatMap((name) => {
  const session = sessionOf(name);
  return session === undefined ? [] : [{ name, format: session.image.format, systems: session.twoSystems !== undefined }];
});
/** One case of each format, one with two systems, and some more. */
const chosen = new Set([
  ...new Map(opened.map((one) => [one.format, one])).values(),
  ...opened.filter(({ systems }) => systems).slice(0, 1),
  ...sample(opened, 12, 'exports'),
]);

let files = 0;
async function exported(session: Session, format: ExportFormat, ranges?: { start: bigint; end: bigint }[]): Promise<{ answer: ExportJson; bytes: Buffer }> {
  const output = join(folder, `export.${files++}`);
  const answer = await exportMemory(session, { format, output, ...(ranges === undefined ? {} : { ranges }) }, { signal: never, progress: () => undefined });
  return { answer, bytes: readFileSync(output) };
}

/** Bytes of a page, and how many of them are absent. */
function pageOf({ image }: Session, pfn: number): { bytes: Uint8Array; absent: bigint } {
  const bytes = new Uint8Array(pageSize);
  const absent = image.memory.read(BigInt(pfn) * page, bytes).reduce((sum, gap) => sum + gap.end - gap.start, 0n);
  return { bytes, absent };
}

function expectSamePages(from: Session, to: Session, inRange: (pfn: number) => boolean): void {
  const pages = Number((from.image.memory.end + page - 1n) / page);
  for (let pfn = 0; pfn < pages; pfn += 1) {
    const [source, copy] = [pageOf(from, pfn), pageOf(to, pfn)];
    const isThere = source.absent < page && inRange(pfn);
    if (copy.absent !== (isThere ? 0n : page)) expect.fail(`page ${pfn}: ${copy.absent} bytes are absent, of the source ${source.absent}`);
    if (isThere && Buffer.compare(source.bytes, copy.bytes) !== 0) expect.fail(`page ${pfn} differs`);
  }
}

const known = [
  'psw',
  'gprs',
  'acrs',
  'crs',
  'fprs',
  'fpc',
  'vxrs',
  'timer',
  'clockComparator',
  'todProgrammable',
  'prefix',
  'registers',
  'breakingEventAddress',
] as const;

describe.each([...chosen].map(({ format, name }) => [format, name] as const))('%s (%s)', (_format, name) => {
  const views = (session: Session) => (session.twoSystems === undefined ? [session] : [session, session.inView('prod'), session.inView('kdump')]);

  it.each(['elf', 'kdump'] as const)('an export of it in %s holds the same memory, registers and VMCOREINFO', async (format) => {
    const original = sessionOf(name);
    if (original === undefined) throw new Error(`${name} does not open`);
    for (const session of views(original)) {
      const { answer, bytes } = await exported(session, format);
      // Of no page there is nothing to compare.
      if (answer.pages.present + answer.pages.zero === 0) {
        expect(answer.memoryRoot).toBeUndefined();
        continue;
      }
      expect(answer.memoryRoot).toMatchObject({ whole: true, equal: true });
      expect(answer.memoryRoot?.source).toBe(await rootOfMemory(session.image.memory, never, () => undefined));
      expect(answer.bytes).toBe(bytes.length);
      const { present, zero } = answer.pages;
      if (present + zero === 0) continue;
      const copy = sessionOn(memorySource('export', bytes));
      expectSamePages(session, copy, () => true);
      const withRegisters = session.cpuSet.cpus.filter((cpu) => cpu.psw !== undefined || cpu.registers !== undefined);
      const registersOf = (cpus: readonly object[]): unknown[] =>
        cpus.map((cpu) => Object.fromEntries(Object.entries(cpu).filter(([key]) => (known as readonly string[]).includes(key))));
      if (answer.notes.from !== undefined) {
        const again = copy.cpuSet.cpus.filter((cpu) => cpu.psw !== undefined || cpu.registers !== undefined);
        expect(registersOf(again)).toEqual(registersOf(withRegisters));
      } else expect(answer.missing.some(({ what }) => what === 'registers of CPUs')).toBe(true);
      const own = findVmcoreinfo(session.image, session.memory);
      if (!isFailure(own)) expect(findVmcoreinfo(copy.image, copy.memory)).toMatchObject({ value: { text: own.value.text } });
      // The format kdump says of memory that the source does not give that it is lost.
      const isLost = format === 'kdump' && answer.pages.missing + answer.pages.unreadable + answer.pages.encrypted > 0;
      const faults = copy.image.findings.filter(({ severity, id }) => severity === 'error' && !(isLost && id === 'container-complete/incomplete-flag'));
      // Whole by its own headers, and not what it was made from.
      expect(faults.map(({ id }) => id)).toEqual(session.image.container.complete.value ? [] : ['container-complete/export-source']);
    }
  });

  it('a raw file of it holds each page at its place', async () => {
    const session = sessionOf(name);
    if (session === undefined) throw new Error(`${name} does not open`);
    const { answer, bytes } = await exported(session, 'raw');
    const start = Number(BigInt(answer.memory?.start ?? '0x0') / page);
    expect(bytes.length % pageSize).toBe(0);
    for (let at = 0; at < bytes.length / pageSize; at += 1) {
      const { bytes: source } = pageOf(session, start + at);
      if (Buffer.compare(source, bytes.subarray(at * pageSize, (at + 1) * pageSize)) !== 0) expect.fail(`page ${start + at} differs`);
    }
    expect(answer.pages.present + answer.pages.zero === 0 || bytes.length > 0).toBe(true);
  });

  it('ranges of it hold those pages alone', async () => {
    const original = sessionOf(name);
    if (original === undefined) throw new Error(`${name} does not open`);
    const end = Number(original.image.memory.end);
    if (end === 0) return;
    const ranges = fc.array(fc.tuple(fc.nat({ max: end - 1 }), fc.integer({ min: 1, max: Math.max(1, end >> 1) })), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(ranges, async (pairs) => {
        const asked = pairs.map(([start, length]) => ({ start: BigInt(start), end: BigInt(start + length) }));
        const { answer, bytes } = await exported(original, 'elf', asked);
        const inRange = (pfn: number): boolean => asked.some(({ start, end: stop }) => start < BigInt(pfn + 1) * page && stop > BigInt(pfn) * page);
        if (answer.pages.present + answer.pages.zero === 0) expect(answer.memoryRoot).toBeUndefined();
        else expect(answer.memoryRoot).toMatchObject({ whole: false, equal: true });
        if (answer.pages.present + answer.pages.zero > 0) expectSamePages(original, sessionOn(memorySource('export', bytes)), inRange);
        const { ranges: told = [] } = answer;
        for (const { start, end: stop } of asked)
          expect(
            told.some((one) => BigInt(one.start) <= start && BigInt(one.end) >= (stop < BigInt(end) ? stop : BigInt(end))),
            `${hex(start)}-${hex(stop)}`,
          ).toBe(true);
      }),
      { numRuns: runs(3, 20) },
    );
  });
});
