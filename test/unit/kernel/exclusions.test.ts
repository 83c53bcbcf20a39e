/** A verdict excludes a class by what was looked at: whatever was not looked at, or does not tell, takes the class out and is named. */
import { describe, expect, it } from 'vitest';
import type { VerdictEvidence } from '../../../src/analysis/kernel/verdict/evidence.ts';
import { findHangs } from '../../../src/analysis/kernel/verdict/hangs/find-hangs.ts';
import { noHangs, type BlockedTask, type BusyCpu, type Hangs } from '../../../src/analysis/kernel/verdict/hangs/hangs.ts';
import type { HangSource } from '../../../src/analysis/kernel/verdict/hangs/hang-source.ts';
import { judge } from '../../../src/analysis/kernel/verdict/judge.ts';
import { frame, trace } from '../engine/traces.ts';
import { blocked, busy, logged, mutex, running, stackOf, verdictText } from './verdict-evidence.ts';

const idle = trace(0, 'swapper/0', 0, frame('arch_cpu_idle', 'running'));
const looked = (tasks: readonly BlockedTask[] = [], cpus: readonly BusyCpu[] = [], more: Partial<Hangs> = {}): Partial<VerdictEvidence> => ({
  traces: [idle],
  hangs: { ...noHangs, blocked: tasks, busy: cpus, looked: 300, ...more },
});
const answer = (...parts: readonly Partial<VerdictEvidence>[]) => judge(Object.assign({}, running, ...parts) as VerdictEvidence);
const classes = (...parts: readonly Partial<VerdictEvidence>[]): string => (answer(...parts).excluded ?? []).flatMap((one) => one.classes).join(' ');
const gaps = (...parts: readonly Partial<VerdictEvidence>[]): string =>
  (answer(...parts).excluded ?? []).flatMap((one) => (one.classes.length === 0 ? [one.why] : [])).join('\n');
const asleep = ['schedule', '__mutex_lock', 'carry_parcel'];
const ageless = (one: BlockedTask): BlockedTask => {
  const { seconds, ...rest } = one;
  expect(seconds).toBeDefined();
  return rest;
};

describe('hangs and loops', () => {
  it('are excluded where every task and CPU was looked at', () => {
    expect(classes(looked())).toMatch(/hung-task io-stall deadlock lock-held cpu-loop/);
    expect(gaps(looked())).toBe('');
    const short = looked([blocked(7, mutex(0x5000, 8), asleep, 1)], [busy(0, ['carry_parcel'], { seconds: 1 })]);
    expect(classes(short)).toMatch(/hung-task io-stall deadlock lock-held cpu-loop/);
    expect(gaps(short)).toBe('');
  });

  it.each([
    [
      'stacks of interruptible sleepers that were not followed',
      looked([], [], { unfollowed: 44 }),
      /deadlock|lock-held/,
      /whether 44 more tasks in an interruptible sleep wait for locks is not known/,
    ],
    [
      'a task that has slept nobody knows how long',
      looked([ageless(blocked(7, mutex(0x5000, 8), asleep))]),
      /hung-task|io-stall|lock-held/,
      /how long 1 of the tasks/,
    ],
    ['a lock whose owner is not known', looked([blocked(7, mutex(0x5000), asleep, 1)]), /deadlock/, /who holds what 1 task waits for/],
    ['a stack that does not show what is waited for', looked([blocked(7, { for: 'unknown' }, [], 1)]), /deadlock/, /who holds what 1 task waits for/],
    ['a CPU that spins', looked([], [busy(0, ['arch_spin_lock_wait'], { seconds: 1, spins: {} })]), /deadlock|lock-held/, /how long CPU 0 has spun/],
    [
      'a task that has had its CPU for long',
      looked([], [busy(0, ['carry_parcel'], { seconds: 600 })]),
      /cpu-loop/,
      /A loop on CPU 0 cannot be excluded: .* for 600 s/,
    ],
    ['a task that has had its CPU nobody knows how long', looked([], [busy(0, ['carry_parcel'])]), /cpu-loop/, /A loop on CPU 0 cannot be excluded: how long/],
    [
      'an interruption that works on an idle CPU',
      { ...looked(), traces: [trace(0, 'swapper/0', 0, frame('carry_parcel', 'running'), frame('default_idle', 'interrupted'))] },
      /cpu-loop/,
      /^$/,
    ],
  ])('are not excluded by %s', (_, evidence, not, gap) => {
    expect(classes(evidence)).not.toMatch(not);
    expect(gaps(evidence)).toMatch(gap);
  });

  it('a CPU whose task asked for the crash does not loop', () => {
    const writing = busy(0, ['sysrq_handle_crash', '__handle_sysrq', 'write_sysrq_trigger', 'proc_reg_write']);
    expect(classes(looked([], [writing]))).toMatch(/cpu-loop/);
    expect(gaps(looked([], [writing]))).toBe('');
    expect(gaps(looked([], [writing, busy(1, ['carry_parcel'])]))).toMatch(/^A loop on CPU 1 cannot be excluded/);
  });

  it.each([
    ['what a key interrupted', [frame('sysrq_handle_crash'), frame('__handle_sysrq'), frame('carry_parcel', 'interrupted'), frame('write_sysrq_trigger')]],
    ['another request of sysrq', [frame('sysrq_handle_showstate'), frame('__handle_sysrq'), frame('write_sysrq_trigger')]],
    ['a write that is only guessed', [frame('sysrq_handle_crash'), frame('write_sysrq_trigger', 'guess')]],
  ])('%s may loop', (_, frames) => {
    const one = looked([], [{ ...busy(0, ['carry_parcel']), frames }]);
    expect(classes(one)).not.toMatch(/cpu-loop/);
    expect(gaps(one)).toMatch(/^A loop on CPU 0 cannot be excluded/);
  });

  it('a CPU of x86_64 idles in a function of the instruction that waits', () => {
    const halted = trace(0, 'swapper/0', 0, frame('native_safe_halt', 'running'), frame('default_idle'), frame('do_idle'));
    expect(classes({ ...looked(), traces: [halted] })).toMatch(/cpu-loop/);
  });

  it('a system of which some stacks were not followed is one in which no trouble was found, not one without', () => {
    expect(verdictText(looked())).toMatch(/^running \[\]: Running system without trouble /);
    expect(verdictText(looked([], [], { unfollowed: 1 }))).toMatch(/^running \[\]: Running system in which no trouble was found /);
  });
});

it('an oops on a stack is not excluded because the log is silent', () => {
  expect(classes(looked(), { entry: { kind: 'oops', symbol: 'die', cpu: 0 } })).not.toMatch(/null-pointer|\bbug\b/);
  expect(classes(looked(), logged('1 hello'))).toMatch(/null-pointer/);
});

it('stacks are followed of so many interruptible sleepers, and the rest are counted', () => {
  const tasks = Array.from({ length: 300 }, (_, at) => ({ address: BigInt(at + 1) * 0x1000n, comm: `t${at}`, state: { letter: 'S', value: 1 } }));
  const source = {
    memory: { u64: () => undefined, u8: () => undefined },
    types: undefined,
    symbols: undefined,
    symbolAt: () => undefined,
    tasks,
    tasksMissing: undefined,
    stackBytes: 0x4000,
    cpus: [],
    atWork: [],
    spinLocks: undefined,
    framesOf: () => stackOf('schedule', 'do_poll'),
    logEnd: undefined,
  } as unknown as HangSource;
  const steps = findHangs(source);
  let next = steps.next();
  while (next.done !== true) next = steps.next();
  expect([next.value.looked, next.value.unfollowed]).toEqual([300, 44]);
});
