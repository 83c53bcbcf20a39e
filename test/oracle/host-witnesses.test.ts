/** What guests said of themselves before they crashed, laid out as dbginfo.sh does, and what makedumpfile said of the dumps that it wrote: both agree with the dumps. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { attach } from '../../src/analysis/engine/session/attach.ts';
import { checkSession } from '../../src/analysis/engine/integrity/check-session.ts';
import type { Session } from '../../src/analysis/engine/session/session.ts';
import type { AttachmentPaths } from '../../src/shared/attachment.ts';
import type { CheckResult } from '../../src/shared/check-model.ts';
import { crashDumps, crashOracle, dumpEntries, guestText, haveDump } from '../dumps.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { withSession } from './oracle-suite.ts';

const never = new AbortController().signal;
const folder = scratchFolder();
const check = async (session: Session, files: AttachmentPaths, id: string): Promise<CheckResult | undefined> =>
  (await checkSession(await attach(session, files, never), 'quick', never, { only: [id] }))[0];

/** An unpacked archive of these texts of a guest. */
function archiveOf(text: (name: string) => string | undefined): string {
  const archive = join(folder, 'DBGINFO-2026-01-01-00-00-00-guest');
  rmSync(archive, { recursive: true, force: true });
  mkdirSync(join(archive, 'proc'), { recursive: true });
  for (const name of ['version', 'cmdline', 'cpuinfo', 'iomem', 'meminfo', 'modules', 'stat'])
    writeFileSync(join(archive, 'proc', name), text(`guest/${name}.txt`) ?? '');
  return archive;
}

const crashes = crashDumps.filter(({ name }) => name.endsWith('.kdump') && crashOracle(name, 'guest/version.txt') !== undefined);

describe('what a guest said of itself', () => {
  it.each(crashes.map((entry, at) => [entry.name, entry, crashes[(at + 1) % crashes.length]?.name ?? ''] as const))('%s', async (name, entry, next) => {
    if (!haveDump(name)) return;
    await withSession(entry, async (session) => {
      const own = await check(session, { hostFacts: archiveOf((file) => crashOracle(name, file)) }, 'host-facts');
      expect(own?.steps?.filter(({ passed }) => passed === false)).toEqual([]);
      const agreeing = own?.steps?.filter(({ passed }) => passed === true).map((step) => step.check) ?? [];
      expect(agreeing).toEqual(expect.arrayContaining(['kernel release', 'kernel build', 'kernel command line']));
      const total = own?.steps?.find((step) => step.check === 'MemTotal');
      if (crashOracle(name, 'guest/meminfo.txt') !== undefined)
        expect(total?.passed === true || total?.detail.includes('not compared: '), total?.detail).toBe(true);
      const isSameRun = agreeing.includes('start of the system');
      expect(own?.verdict).toBe(isSameRun ? 'passed' : 'not-recorded');
      // Altered: the witness of the same run contradicts.
      const altered = archiveOf((file) => crashOracle(name, file)?.replace('init_on_free', 'init_off_free').replace('#1 SMP', '#2 SMP'));
      const wrong = await check(session, { hostFacts: altered }, 'host-facts');
      expect(wrong?.verdict).toBe(isSameRun ? 'failed' : 'not-recorded');
      expect(wrong?.steps?.find((step) => step.check === 'kernel build')?.passed).not.toBe(true);
      if (next === name) return;
      const other = await check(session, { hostFacts: archiveOf((file) => crashOracle(next, file)) }, 'host-facts');
      expect(other?.verdict).not.toBe('passed');
    });
  });
});

const logs: Readonly<Record<string, string>> = {
  'kdump-zlib-d31': 'makedumpfile-c-d31',
  'kdump-zstd-d31': 'makedumpfile-zstd-d31',
  'elf-d31': 'makedumpfile-E-d31',
};
const written = dumpEntries.flatMap((entry) => {
  const log = Object.entries(logs).find(([moment]) => entry.name.endsWith(moment))?.[1];
  const text = log === undefined ? undefined : guestText(entry.name, `kdump/${log}.log`);
  return text === undefined ? [] : [[entry.name, entry, text] as const];
});

// Without such a dump there is nothing to run.
describe.skipIf(written.length === 0)('what makedumpfile said of a dump', () => {
  it.each(written)('%s', async (_, entry, text) => {
    await withSession(entry, async (session) => {
      const file = join(folder, 'makedumpfile.log');
      writeFileSync(file, text);
      // It has neither the report of pages nor the command with its level, so nothing in it is of this dump alone.
      const saved = await check(session, { dumpLog: file }, 'dump-log');
      expect(saved).toMatchObject({ verdict: 'not-recorded' });
      expect(saved?.steps?.[0]).toMatchObject({ check: 'end of the saving', passed: true });
      writeFileSync(file, text.replace('makedumpfile Completed.', 'makedumpfile Failed.'));
      expect(await check(session, { dumpLog: file }, 'dump-log')).toMatchObject({ verdict: 'not-recorded' });
    });
  });
});
