/** Causes that their own evidence contradicts: owners that are none, registers that the log contradicts, tasks that could not be seen, names of any bytes. */
import { describe, expect, it } from 'vitest';
import { triage } from '../../../src/analysis/engine/triage/triage.ts';
import { describeBacktrace } from '../../../src/analysis/engine/kernel/backtrace.ts';
import { describeTasks } from '../../../src/analysis/engine/kernel/tasks.ts';
import { sessionOn, type Session } from '../../../src/analysis/engine/session/session.ts';
import { judge } from '../../../src/analysis/kernel/verdict/judge.ts';
import type { VerdictEvidence } from '../../../src/analysis/kernel/verdict/evidence.ts';
import { noHangs, type Wait } from '../../../src/analysis/kernel/verdict/hangs/hangs.ts';
import { waitGraph } from '../../../src/analysis/kernel/verdict/hangs/wait-graph.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';
import { access, blocked, ended, exception, hanging, logged, mutex, oopsPath, running, verdictText } from './verdict-evidence.ts';

const never = new AbortController().signal;
const proofs = (...parts: readonly Partial<VerdictEvidence>[]): string =>
  judge(Object.assign({}, running, ...parts) as VerdictEvidence)
    .evidence.map(({ text }) => text)
    .join('\n');
const lockOf = (owner: Record<string, unknown>): Wait => ({ for: 'lock', kind: 'mutex', address: 0x5000n, owner: { task: 0x77n, ...owner } });
const stack = ['schedule', '__mutex_lock', 'carry_parcel'];

describe('a lock whose owner word', () => {
  it('leads to no task hangs its waiter, and nobody holds it', () => {
    const waiting = hanging([blocked(7, lockOf({}), stack, 65)]);
    expect(verdictText(waiting)).toBe('hung-task []: Task hangs in carry_parcel');
    expect(proofs(waiting)).toContain('whose owner is not known: its word holds 0x77, where no task of the list is');
  });

  it('names an idle task hangs its waiter too: those take no such lock', () => {
    const waiting = hanging([blocked(7, lockOf({ name: 'swapper/1 (pid 0)', isIdle: true }), stack, 65)]);
    expect(verdictText(waiting)).toBe('hung-task []: Task hangs in carry_parcel');
    expect(proofs(waiting)).toContain('an idle task, which takes no such lock');
    const graph = waitGraph(waiting.hangs ?? noHangs);
    expect([...graph.values()].map(({ task, owner, blocks }) => [task, owner, blocks])).toEqual([[7n, undefined, 0]]);
  });

  it('names an owner that any signal wakes says so', () => {
    const owner = { ...blocked(8, { for: 'event' }, ['schedule', 'do_poll'], 1), isInterruptible: true };
    const waiting = hanging([blocked(7, mutex(0x5000, 8), stack, 65), owner]);
    expect(verdictText(waiting)).toBe('lock-held []: mutex held by a task that waits in do_poll');
    expect(proofs(waiting)).toContain('task 8, task_struct 0x8, has slept interruptibly for 1 s');
    expect(proofs(waiting)).toContain('1 task waits for it, directly or for others that do');
  });

  it('names killable sleepers apart: the kernel does not report those as hung', () => {
    const sleeper = blocked(7, mutex(0x5000, 8), stack, 65);
    expect(proofs(hanging([{ ...sleeper, isKillable: true }]))).toContain('has slept uninterruptibly (killable) for 65 s');
    expect(proofs(hanging([{ ...sleeper, isKillable: false }]))).toContain('has slept uninterruptibly for 65 s');
  });
});

describe('a running system', () => {
  const reports = logged('20 INFO: task parcel:7 blocked for more than 120 seconds.', '40 usb 1-1: new device');

  it('is without a trouble only where all was looked at', () => {
    expect(verdictText(hanging([]))).toMatch(/^running \[\]: Running system without trouble /);
    expect(verdictText({ hangs: { blocked: [], busy: [], looked: 0, unfollowed: 0, unseen: ['tasks: the list is broken'] } })).toMatch(
      /^running \[\]: Running system that could not be fully examined /,
    );
    expect(verdictText(hanging([]), { logGap: 'The log has gaps.' })).toMatch(/: Running system that could not be fully examined /);
    expect(verdictText(hanging([]), reports)).toMatch(/^running \[hung-task\]: Running system after troubles that its log reports /);
  });

  it('whose tasks could not be seen hangs by recent reports of khungtaskd, which says so', () => {
    const unseen = { hangs: { blocked: [], busy: [], looked: 0, unfollowed: 0, unseen: ['tasks: the list is broken'] } };
    expect(verdictText(unseen, reports)).toMatch(/^hung-task \[\]: Task hangs \(excluded: /);
    expect(proofs(unseen, reports)).toContain('whether the task still waited could not be seen: tasks: the list is broken');
    const old = logged('20 INFO: task parcel:7 blocked for more than 120 seconds.', '400 usb 1-1: new device');
    expect(verdictText(unseen, old)).toMatch(/^running \[hung-task\]: /);
  });

  it('excludes no hang where a lock was waited for long', () => {
    const long = hanging([{ ...blocked(7, mutex(0x5000), stack, 65), isKillable: true }]);
    expect(verdictText(long)).toMatch(/^running \[\]: /);
    expect(verdictText(long)).not.toMatch(/excluded: .*hung-task/);
    const short = hanging([blocked(7, mutex(0x5000), stack, 1)]);
    expect(verdictText(short)).toMatch(/excluded: .*hung-task/);
  });
});

describe('registers that were saved at an oops', () => {
  const report = (code: string, place: string): Partial<VerdictEvidence> =>
    logged(
      '14 Unable to handle kernel pointer dereference in virtual kernel address space',
      '14 Failing address: 0000000000000000 TEID: 0000000000000483',
      `14 Oops: ${code} ilc:3 [#1] SMP`,
      `14 Krnl PSW : 0704e00180000000 000003ff7f26c71c (${place}+0xc/0x18)`,
      '14 Kernel panic - not syncing: Fatal exception: panic_on_oops',
    );
  const end = (fault: ReturnType<typeof access>) => ended(oopsPath, ['!weigh_parcel'], fault);

  it('decide where the log does not contradict them', () => {
    const same = [end({ ...access(0n, 'write'), code: 4 }), report('0004', 'weigh_parcel')] as const;
    expect(verdictText(...same)).toBe('null-pointer []: NULL pointer write in weigh_parcel');
    expect(proofs(...same)).not.toContain('contradicted');
  });

  it('give way to the code that the log printed, with the contradiction', () => {
    const other = [end({ ...exception('data-exception'), code: 7 }), report('0004', 'weigh_parcel')] as const;
    expect(verdictText(...other)).toBe('null-pointer []: NULL pointer dereference in weigh_parcel');
    expect(proofs(...other)).toContain('and the log has code 0x4, printed when it happened');
  });

  it('of another function than the log names are said to be contradicted', () => {
    const moved = [end({ ...access(0n, 'write'), code: 4 }), report('0004', 'stamp_parcel')] as const;
    expect(proofs(...moved)).toContain('contradicted: the log says that it happened in stamp_parcel, the registers that were saved are of weigh_parcel');
  });
});

describe('panic_cpu against the report of the last oops in the log', () => {
  const second = 1_000_000_000n;
  const records = (cpu: number, place: string) =>
    [
      'Unable to handle kernel pointer dereference in virtual kernel address space',
      'Failing address: 0000000000000000 TEID: 0000000000000483',
      'Oops: 0004 ilc:3 [#1] SMP',
      `CPU: ${cpu} PID: 61 Comm: sleep Not tainted 6.1.130 #1`,
      `Krnl PSW : 0704e00180000000 0000000000100010 (${place}+0x10/0x20)`,
    ].map((text, at) => ({ text, time: 9n * second + BigInt(at), level: 0 }));
  const open = (cpu: number, place: string): Session =>
    sessionOn(memorySource('dump', elfVmcore(s390xSystem({ state: 'running', panicCpu: 0, cpuCount: 2, records: records(cpu, place) }))));
  const findings = async (cpu: number, place: string): Promise<string> =>
    (await triage(open(cpu, place), never)).info.findings.flatMap(({ id, detail }) => (id === 'cross-cpu-count/panic-cpu' ? [detail] : [])).join('\n');

  it('is no finding where both name one CPU', async () => {
    expect(await findings(0, 'weigh_parcel')).toBe('');
  });

  it('gives way where the registers of the other CPU are those of the function in the report', async () => {
    const { traces } = await describeBacktrace(open(0, 'x'), { all: true }, never);
    const place = /^[\w.]+/.exec(traces.find(({ cpu }) => cpu === 1)?.frames[0]?.symbol ?? '')?.[0] ?? '';
    expect(place).not.toBe('');
    expect(await findings(1, place)).toBe(
      'panic_cpu is 0, but the report of the last oops in the kernel log is of CPU 1; the registers of that CPU are those of the function in the report: it is taken',
    );
  });

  it('leaves it open where they are not', async () => {
    expect(await findings(1, 'weigh_parcel')).toMatch(/which CPU it was is not known$/);
    expect((await triage(open(1, 'weigh_parcel'), never)).reason).not.toMatch(/was running swapper/);
  });
});

describe('a task whose name a program made of any bytes', () => {
  it.each([
    ['control characters', 'a\u001b[31m\n<b>'],
    ['no byte at all', ''],
    ['UTF-8', Buffer.from('café'), 'café'],
    ['UTF-8 of 15 bytes that ends with a whole character', Buffer.from('ordnungssachë'), 'ordnungssachë'],
    ['bytes of Latin-1', Buffer.from('caf\u00e9s', 'latin1'), 'cafés'],
    ['a character of four bytes that was cut', Buffer.from('ordnungsdienst\u{1f4e6}').subarray(0, 15), 'ordnungsdienst\ufffd'],
  ])('is listed, and all tasks after it: %s', async (_, name: string | Buffer, shown?: string) => {
    const system = s390xSystem({ kernel: '6.12' });
    const open = (): Session => sessionOn(memorySource('dump', elfVmcore(system)));
    const before = await describeTasks(open(), never);
    const init = before.tasks.find(({ comm }) => comm === 'kthreadd');
    expect(before.complete).toBe(true);
    const session = open();
    await session.knownKernel.ready(['symbols', 'types'], never);
    const at = session.knownKernel.memory.translate(BigInt(init?.address ?? '0x0') + BigInt(before.layout?.offsets.comm ?? 0));
    expect(at).toBeDefined();
    system.memory.write(Number(at ?? 0n), Buffer.concat([Buffer.from(name), Buffer.alloc(16)]).subarray(0, 16));
    const after = await describeTasks(open(), never);
    expect(after.tasks.map(({ pid }) => pid)).toEqual(before.tasks.map(({ pid }) => pid));
    if (shown !== undefined) expect(after.tasks.find(({ address }) => address === init?.address)?.comm).toBe(shown);
  });
});
