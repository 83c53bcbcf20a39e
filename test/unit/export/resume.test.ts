/** An export that is interrupted anywhere goes on to be the same file, and is not mixed with anything else. */
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exportMemory } from '../../../src/analysis/engine/export/export.ts';
import { exportPlan } from '../../../src/analysis/engine/export/plan.ts';
import { sessionOn, type Session } from '../../../src/analysis/engine/session/session.ts';
import { runExport, type ExportResult } from '../../../src/analysis/export/export-job.ts';
import type { ExportWriter } from '../../../src/analysis/export/export-writer.ts';
import { exportWriters } from '../../../src/analysis/export/writers.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { openResumable, partialPaths } from '../../../src/files/resumable-output.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import type { ExportFormat } from '../../../src/shared/export-model.ts';
import { Cancelled } from '../../../src/shared/rpc.ts';
import { failingSource, type BadBytes } from '../../failing-source.ts';
import { randomFor, runs } from '../../run-size.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder();
const never = new AbortController().signal;
const key = 'a'.repeat(64);
const kinds: { readonly kind: 'export' } = { kind: 'export' };

/** Six blocks of 16 MiB, with pages that cannot be read in some of them. */
const described = [
  'memory 96 MiB',
  'cpu prefix=0x8000',
  'random 0x10000 0x180000',
  'random 0x1800000 0x40000',
  'fill 0x2fff000 0x3000 0x77',
  'random 0x5f00000 0x100000',
  'format s390',
].join('\n');
const dump = buildCase(described);
/** The header takes a page; then comes memory. */
const bad = (address: number, bytes: number): BadBytes => ({ start: 0x1000 + address, end: 0x1000 + address + bytes });
const open = (): Session => sessionOn(failingSource(memorySource('dump.s390', dump), [bad(0x20000, 0x5000), bad(0x1810000, 0x1000), bad(0x5fff000, 0x1000)]));

let outputs = 0;
const newPath = (): string => join(folder, `out.${outputs++}`);

/** Cancels a run when its writer takes a block. @param stop how many blocks it takes before */
function stopping(writer: ExportWriter, stop: number): { writer: ExportWriter; abort: AbortController } {
  const abort = new AbortController();
  let left = stop;
  return {
    abort,
    writer: {
      format: writer.format,
      *begin(plan, output, state) {
        const run = yield* writer.begin(plan, output, state);
        return {
          missing: run.missing,
          async add(block) {
            if (left-- === 0) abort.abort();
            await run.add(block);
          },
          state: () => run.state(),
          finish: () => run.finish(),
        };
      },
    },
  };
}

async function run(path: string, format: ExportFormat, stop: number): Promise<ExportResult | 'stopped'> {
  const { plan } = await exportPlan(open(), { format, output: path }, never);
  const { writer, abort } = stopping(exportWriters[format], stop);
  const output = openResumable(path, { ...kinds, key });
  try {
    const result = await runExport(plan, writer, output, { signal: abort.signal, progress: () => undefined, checkpointMilliseconds: 0 });
    output.finish();
    return result;
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    output.pause();
    return 'stopped';
  }
}

const formats = Object.keys(exportWriters) as ExportFormat[];

describe.each(formats)('an interrupted export (%s)', (format) => {
  it('can be resumed to the same result, wherever it was stopped', async () => {
    const random = randomFor(`export ${format}`);
    const whole = newPath();
    const expected = await run(whole, format, Infinity);
    if (expected === 'stopped') throw new Error('it was not to stop');
    const bytes = readFileSync(whole);
    for (let round = 0; round < runs(4, 30); round += 1) {
      const path = newPath();
      let last: ExportResult | 'stopped' = 'stopped';
      for (let tries = 0; last === 'stopped'; tries += 1) last = await run(path, format, tries > 5 ? Infinity : random.below(90));
      expect(Buffer.compare(readFileSync(path), bytes)).toBe(0);
      expect(last).toMatchObject({ sha256: expected.sha256, memoryRoot: expected.memoryRoot, bytes: expected.bytes, missing: expected.missing });
      expect(last.tally.pages([])).toEqual(expected.tally.pages([]));
      expect(readdirSync(folder).filter((name) => name.includes('.partial'))).toEqual([]);
    }
  });

  it('starts again if the part that was written has changed', async () => {
    const path = newPath();
    expect(await run(path, format, 70)).toBe('stopped');
    const { partial, journal } = partialPaths(path);
    const { digest } = JSON.parse(readFileSync(journal, 'utf8').split('\n')[1]?.slice(65) ?? '') as { digest: { position: number } };
    const changed = readFileSync(partial);
    changed[Math.floor(digest.position / 2)]! ^= 1;
    writeFileSync(partial, changed);
    const result = await run(path, format, Infinity);
    const whole = newPath();
    await run(whole, format, Infinity);
    expect(Buffer.compare(readFileSync(path), readFileSync(whole))).toBe(0);
    if (digest.position > 0) expect(result).toMatchObject({ resumedAt: undefined, discarded: 'what was written before had changed since' });
  });
});

describe('an unfinished export', () => {
  it('of something else is not touched', async () => {
    const path = newPath();
    expect(await run(path, 'elf', 70)).toBe('stopped');
    const { partial } = partialPaths(path);
    const before = readFileSync(partial);
    expect(() => openResumable(path, { ...kinds, key: 'b'.repeat(64) })).toThrow(/an output that was interrupted lies there, of another dump/);
    expect(Buffer.compare(readFileSync(partial), before)).toBe(0);
  });

  it('is no file that only has its name', async () => {
    const [path, other] = [newPath(), newPath()];
    writeFileSync(partialPaths(path).partial, 'somebody else wrote this');
    expect(() => openResumable(path, { ...kinds, key })).toThrow(/there is a file that is not an unfinished output of Dumpbench/);
    // The journal of another file.
    expect(await run(other, 'elf', 70)).toBe('stopped');
    copyFileSync(partialPaths(other).journal, partialPaths(path).journal);
    expect(() => openResumable(path, { ...kinds, key })).toThrow(/there is a file that is not an unfinished output of Dumpbench/);
    expect(readFileSync(partialPaths(path).partial, 'utf8')).toBe('somebody else wrote this');
  });

  it('starts again if its journal was cut off in the middle', async () => {
    const path = newPath();
    expect(await run(path, 'elf', 70)).toBe('stopped');
    const { journal } = partialPaths(path);
    const text = readFileSync(journal);
    writeFileSync(journal, text.subarray(0, text.length - 20));
    expect(await run(path, 'elf', Infinity)).toMatchObject({ resumedAt: undefined });
    expect(existsSync(journal)).toBe(false);
  });

  it('starts again if the first line of its journal was cut off, and treats nothing else as one', () => {
    const path = newPath();
    const { partial, journal } = partialPaths(path);
    const head = `dumpbench journal 1 1234567 ${key}`;
    for (let length = 0; length < head.length; length += 1) {
      writeFileSync(partial, '');
      writeFileSync(journal, head.slice(0, length));
      openResumable(path, { ...kinds, key }).abandon();
    }
    for (const [unfinished, notes] of [
      ['', 'dumpbench journey'],
      ['', `${head}f`],
      ['', 'dumpbench journal 1 x'],
      ['somebody else wrote this', head.slice(0, 30)],
    ] as const) {
      writeFileSync(partial, unfinished);
      writeFileSync(journal, notes);
      expect(() => openResumable(path, { ...kinds, key }), notes).toThrow(/there is a file that is not a journal of Dumpbench/);
      expect([readFileSync(partial, 'utf8'), readFileSync(journal, 'utf8')]).toEqual([unfinished, notes]);
    }
  });

  it('leaves nothing where nothing was kept yet', () => {
    const path = newPath();
    const output = openResumable(path, { ...kinds, key });
    output.write(0, Buffer.from('some bytes'));
    expect(output.pause()).toBe(false);
    const { partial, journal } = partialPaths(path);
    expect([path, partial, journal].filter((one) => existsSync(one))).toEqual([]);
  });
});

describe('an export', () => {
  const context = { signal: never, progress: () => undefined };

  it('leaves pages out that cannot be read, and says which', async () => {
    const path = newPath();
    const answer = await exportMemory(open(), { format: 'elf', output: path }, context);
    expect(answer.pages).toMatchObject({ unreadable: 7, total: (96 << 20) / 4096 });
    expect(answer.missing.filter(({ why }) => why.startsWith('unreadable')).map(({ where }) => where)).toEqual([
      { space: 'absolute', start: '0x20000', end: '0x25000' },
      { space: 'absolute', start: '0x1810000', end: '0x1811000' },
      { space: 'absolute', start: '0x5fff000', end: '0x6000000' },
    ]);
    const copy = sessionOn(memorySource('copy', readFileSync(path)));
    expect(copy.image.memory.extents.at(0x20000n)).toMatchObject({ state: 'missing' });
    expect(copy.image.memory.extents.at(0x1fff0n)).toMatchObject({ state: 'stored' });
    expect(copy.image.findings.map(({ id }) => id)).toEqual(['container/export']);
  });

  it('of zeros takes no room for them', async () => {
    const path = newPath();
    const answer = await exportMemory(
      sessionOn(memorySource('zeros', buildCase('memory 64 MiB\ncpu prefix=0x8000\nformat s390'))),
      { format: 'elf', output: path },
      context,
    );
    const { size, blocks } = statSync(path);
    expect(size).toBe(answer.bytes);
    expect(blocks * 512).toBeLessThan(1 << 20);
  });

  it('replaces nothing, and is not written over evidence', async () => {
    const path = newPath();
    writeFileSync(path, '');
    await expect(exportMemory(open(), { format: 'elf', output: path }, context)).rejects.toThrow(/the file exists already/);
    rmSync(path);
    await expect(exportMemory(open(), { format: 'elf', output: join(folder, 'no', 'folder') }, context)).rejects.toThrow(/no\b/);
  });
});
