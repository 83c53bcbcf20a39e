/** Exported kdump-compressed files as libkdumpfile and makedumpfile read them, page by page. */
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { exportMemory } from '../../src/analysis/engine/export/export.ts';
import { openSession, sessionOn, type Session } from '../../src/analysis/engine/session/session.ts';
import { memorySource } from '../../src/analysis/source/memory-source.ts';
import { elfVmcore } from '../../src/samples/elf-vmcore.ts';
import { s390xSystem } from '../../src/samples/s390x-system.ts';
import { filterLevels, type ExportCompression, type FilterLevel } from '../../src/shared/export-model.ts';
import { pageSize } from '../../src/shared/units.ts';
import { dumpFile, withDumps } from '../dumps.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';

const folder = scratchFolder();
const script = fileURLToPath(new URL('pages-by-libkdumpfile.py', import.meta.url));
let files = 0;

async function exported(session: Session, compression: ExportCompression, filter: readonly FilterLevel[]): Promise<string> {
  const output = join(folder, `export-${files++}`);
  const context = { signal: new AbortController().signal, progress: () => undefined };
  await exportMemory(session, { format: 'kdump', output, compression, ...(filter.length === 0 ? {} : { filter: [...filter] }) }, context);
  return output;
}

/** A digest for each page, a dash where there is none. */
function pagesOf({ image: { memory } }: Session): string[] {
  const bytes = new Uint8Array(pageSize);
  const state = new Uint8Array(1);
  return Array.from({ length: Number(memory.end / BigInt(pageSize)) }, (_, pfn) => {
    memory.readPages(pfn, bytes, state);
    return (state[0] ?? 9) <= 1 ? createHash('sha256').update(bytes).digest('hex') : '-';
  });
}

function expectSamePages(found: readonly string[], wanted: readonly string[]): void {
  expect(found.length).toBe(wanted.length);
  const different = wanted.findIndex((page, pfn) => page !== found[pfn]);
  if (different >= 0) expect.fail(`page ${different}: ${found[different]} instead of ${wanted[different]}`);
}

describeNeeding('libkdumpfile', 'libkdumpfile', () => {
  function expectRead(path: string, wanted: readonly string[], head: string): void {
    const [first, ...pages] = execFileSync('/usr/bin/python3', [script, path], { encoding: 'utf8', maxBuffer: 1 << 28 })
      .trimEnd()
      .split('\n');
    expect(first).toBe(head);
    expectSamePages(pages, wanted);
  }

  it('reads all pages of an export of a described system', async () => {
    const system = s390xSystem({ state: 'kdump', cpuCount: 3 });
    const session = sessionOn(memorySource('dump', elfVmcore(system)));
    for (const compression of ['zlib', 'none'] as const)
      expectRead(await exported(session, compression, []), pagesOf(session), `s390x 4096 3 ${system.uts.release}`);
  });

  const dumps = withDumps(
    [
      ['o-s390-s3-vmcore.elf', 'o-s390-s3-kdump-zlib-d31', 's390x 4096 3 6.1.192-kdumptest'],
      ['o-x86-x1-vmcore.elf', 'o-x86-x1-kdump-raw-d31', 'x86_64 4096 2 6.1.0-56-amd64'],
    ] as const,
    2,
  );
  it.each(dumps)('reads of an export of %s at level 31 what makedumpfile put into %s', async (source, filtered, head) => {
    const path = await exported(openSession(await dumpFile(source)), 'zlib', filterLevels);
    const wanted = pagesOf(openSession(await dumpFile(filtered)));
    expect(wanted.some((page) => page !== '-')).toBe(true);
    expectRead(path, wanted, head);
  });
});

describeNeeding('makedumpfile', 'makedumpfile', () => {
  const dumps = withDumps([['o-x86-x1-vmcore.elf', 'o-x86-x1-kdump-raw-d31']] as const, 2);
  if (dumps.length === 0) it.skip('needs the real dumps', () => undefined);

  it.each(dumps)('filters an export of %s to the pages of %s', async (source, filtered) => {
    const wanted = pagesOf(openSession(await dumpFile(filtered)));
    const path = await exported(openSession(await dumpFile(source)), 'zlib', []);
    const again = join(folder, `again-${files++}`);
    execFileSync('makedumpfile', ['-d', '31', path, again], { stdio: 'ignore' });
    expectSamePages(pagesOf(openSession(again)), wanted);
  });

  it.each(dumps)('reads the log in an export of %s', async (source) => {
    const path = await exported(openSession(await dumpFile(source)), 'zlib', filterLevels);
    const logs = [await dumpFile(source), path].map((from) => {
      const to = join(folder, `log-${files++}`);
      execFileSync('makedumpfile', ['--dump-dmesg', from, to], { stdio: 'ignore' });
      return execFileSync('cat', [to], { encoding: 'utf8' });
    });
    expect(logs[1]).toBe(logs[0]);
    expect(logs[1]).toContain('Linux version');
  });
});

describe('filtered exports in other formats', () => {
  const dumps = withDumps(
    [
      ['o-s390-s3-vmcore.elf', 'o-s390-s3-elf-d31', 'o-s390-s3-kdump-zlib-d31'],
      ['o-s390k612-s3-vmcore.elf', 'o-s390k612-s3-elf-d31', 'o-s390k612-s3-kdump-zlib-d31'],
    ] as const,
    3,
  );
  if (dumps.length === 0) it.skip('need the real dumps', () => undefined);

  it.each(dumps)('an ELF core of %s at level 31 has the pages of %s, and again none of the others', async (source, _elf, filtered) => {
    const context = { signal: new AbortController().signal, progress: () => undefined };
    const output = join(folder, `elf-${files++}`);
    const answer = await exportMemory(openSession(await dumpFile(source)), { format: 'elf', output, filter: [...filterLevels] }, context);
    expect(answer.missing).toEqual([]);
    const wanted = pagesOf(openSession(await dumpFile(filtered)));
    const found = pagesOf(openSession(output));
    expectSamePages([...found, ...Array.from({ length: wanted.length - found.length }, () => '-')], wanted);

    // What the filtered dump of makedumpfile has not, is in no export of it, and is not said to be zeros.
    const second = join(folder, `elf-${files++}`);
    const again = await exportMemory(openSession(await dumpFile(filtered)), { format: 'elf', output: second }, context);
    expect(again.pages.excluded + again.pages.missing).toBe(wanted.filter((page) => page === '-').length);
    expect(again.missing.map(({ why }) => why)).toEqual(['excluded by the tool that made the source']);
    const kept = pagesOf(openSession(second));
    expectSamePages([...kept, ...Array.from({ length: wanted.length - kept.length }, () => '-')], wanted);
  });
});
