/** Notes of CPUs in a kdump of x86_64 that were doubled, emptied or changed: no CPU is taken for another, and what contradicts is said. */
import { describe, expect, it } from 'vitest';
import { describeBacktrace } from '../../../src/analysis/engine/kernel/backtrace.ts';
import { sessionOn, type Session } from '../../../src/analysis/engine/session/session.ts';
import { triage } from '../../../src/analysis/engine/triage/triage.ts';
import { notesByCpu } from '../../../src/analysis/formats/cpu-notes.ts';
import type { ByteSource } from '../../../src/analysis/source/byte-source.ts';
import { crashDumps, openDumpSource } from '../../dumps.ts';
import { patchedSource, type BytePatch } from '../../patched-source.ts';

const never = new AbortController().signal;
const entry = crashDumps.find(({ name }) => name === 'c-x86-null.kdump');
const ipAt = 112 + 16 * 8;
const spAt = 112 + 19 * 8;
/** The CPU of the crash ran pid 394 in order_update_totals. */
const place = /running orderd\/main \(pid 394\) in order_update_totals/;

async function changed<T>(
  change: (notes: readonly { readonly at: number; readonly desc: Buffer }[]) => readonly BytePatch[],
  use: (session: Session) => Promise<T>,
): Promise<T> {
  if (entry === undefined) throw new Error('no dump');
  const { source, close } = await openDumpSource(entry);
  try {
    const notes = notesByCpu(sessionOn(source).image.notes).map(([note]) => ({ at: note?.descOffset ?? 0, desc: Buffer.from(note?.desc ?? []) }));
    const patched: ByteSource = patchedSource(source, change(notes));
    return await use(sessionOn(patched));
  } finally {
    close();
  }
}
const reasonOf = async (session: Session): Promise<string> => (await triage(session, never)).reason ?? '';
const crashedIn = async (session: Session): Promise<readonly unknown[]> =>
  (await describeBacktrace(session, {}, never)).traces.filter(({ crashed }) => crashed === true).map(({ linuxCpu }) => linuxCpu);

describe.skipIf(entry === undefined)('notes of CPUs', () => {
  it('as they were', async () => {
    await changed(
      () => [],
      async (session) => {
        expect(await reasonOf(session)).toMatch(place);
        expect(await crashedIn(session)).toEqual([1]);
      },
    );
  });

  it('with two for CPU 0 and none for CPU 1: panic_cpu is a Linux CPU number, not a position', async () => {
    await changed(
      ([first, second]) => [{ offset: second?.at ?? 0, bytes: first?.desc ?? Buffer.alloc(0) }],
      async (session) => {
        expect(await reasonOf(session)).toMatch(place);
        expect(await crashedIn(session)).toEqual([1]);
      },
    );
  });

  it('that are all zero for the CPU of the crash: its buffer of crash_notes is used', async () => {
    await changed(
      ([, second]) => [{ offset: second?.at ?? 0, bytes: Buffer.alloc(second?.desc.length ?? 0) }],
      async (session) => {
        const { reason, checks, cpus } = await triage(session, never);
        expect(reason).toMatch(place);
        expect(cpus.map(({ linuxCpu, source }) => [linuxCpu, source])).toEqual([
          [0, 'note'],
          [1, 'memory'],
        ]);
        expect(checks.find(({ id }) => id === 'cross-cpu-count')).toMatchObject({ verdict: 'failed' });
      },
    );
  });

  it('in which only the stack pointers were swapped: the message is that no source agrees with another', async () => {
    const pointer = (desc: Buffer | undefined): Buffer => (desc ?? Buffer.alloc(512)).subarray(spAt, spAt + 8);
    await changed(
      ([first, second]) => [
        { offset: (first?.at ?? 0) + spAt, bytes: pointer(second?.desc) },
        { offset: (second?.at ?? 0) + spAt, bytes: pointer(first?.desc) },
      ],
      async (session) => {
        const { reason, info } = await triage(session, never);
        expect(reason).not.toMatch(place);
        expect(reason).toMatch(/is contradicted|since its registers may be of another CPU: /);
        expect(info.findings.filter(({ id }) => id === 'cross-cpu-count/identity')).toHaveLength(2);
      },
    );
  });

  it('one of which appears twice: the machine does not get more CPUs', async () => {
    await changed(
      ([first, second]) => [{ offset: second?.at ?? 0, bytes: first?.desc ?? Buffer.alloc(0) }],
      async (session) => {
        expect((await triage(session, never)).info.machine).toMatchObject({ cpuCount: 2, onlineCpuCount: 2, recordedCpuCount: 1 });
      },
    );
  });

  it('whose registers are from elsewhere: the task is named, the place is not, and the contradiction is reported', async () => {
    const elsewhere = (desc: Buffer): Buffer => {
      const copy = Buffer.from(desc);
      copy.writeBigUInt64LE(0xffff_ffff_81ab_cdefn, ipAt);
      copy.writeBigUInt64LE(0xffff_c900_0001_3e00n, spAt);
      return copy;
    };
    await changed(
      ([, second]) => [{ offset: second?.at ?? 0, bytes: elsewhere(second?.desc ?? Buffer.alloc(0)) }],
      async (session) => {
        const { reason, cpus } = await triage(session, never);
        expect(reason).toMatch(
          /CPU 1 was running orderd\/main \(pid 394\); where is not known, since its registers may be of another CPU: the buffer of crash_notes of CPU 1 at 0x\w+ holds another note\.$/,
        );
        expect(cpus[1]?.identity).toMatchObject({ by: 'pid', contradicted: [expect.stringContaining('the buffer of crash_notes of CPU 1 at') as string] });
        expect(await crashedIn(session)).toEqual([]);
      },
    );
  });
});
