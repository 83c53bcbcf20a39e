/** Verdicts on troubles of other kernels, machines and modules than those of dumps at hand: from the words of their reports. */
import { describe, expect, it } from 'vitest';
import { logEvents } from '../../../src/analysis/kernel/verdict/log-events.ts';
import { reportedCpu } from '../../../src/analysis/kernel/verdict/hangs/stuck-cpus.ts';
import type { VerdictEvidence } from '../../../src/analysis/kernel/verdict/evidence.ts';
import { ended, logged, running, verdictText } from './verdict-evidence.ts';
import { fatalReports, x86Place, x86Trace } from './oops-wordings.ts';
import { panics, sequences } from './panic-wordings.ts';

/** A system that came to an end of which the stacks show nothing. */
const dead: Partial<VerdictEvidence> = { panicCpu: 1, crashTime: '2026-03-14T09:26:53Z', noStacks: 'the stacks of the CPUs could not be followed' };
const text = (lines: readonly string[]): string => verdictText({ ...running, ...dead }, logged(...lines)).replace(/^(operator-request .*) \(excluded.*/, '$1');

it.each(fatalReports)('%s', (_, lines, verdict) => {
  expect(text(lines.map((line) => `20 ${line}`))).toBe(verdict);
});

it.each(panics)('panic: %s', (_, lines, verdict) => {
  expect(text(lines.map((line) => `20 ${line}`))).toBe(verdict);
});

it.each(sequences)('%s', (_, lines, verdict) => {
  expect(text(lines)).toEqual(typeof verdict === 'string' ? verdict : expect.stringMatching(verdict));
});

describe('a log of which the beginning of the last report is lost', () => {
  const lost = (...lines: readonly string[]): string => text(lines.map((line) => `20 ${line}`));
  const end = [...x86Place, 'Kernel panic - not syncing: Fatal exception'];

  it('gives the address by the registers, which the report prints too', () => {
    expect(lost('Oops: 0002 [#1] PREEMPT SMP NOPTI', 'CR2: 0000000000000008 CR3: 00000001 CR4: 0000', ...end)).toBe(
      'null-pointer []: NULL pointer write in weigh_parcel',
    );
    expect(lost('Oops: Oops: 0000 [#1] SMP', 'CR2: ffffc90000200000 CR3: 00000001 CR4: 0000', ...end)).toBe('bad-pointer []: Bad pointer read in weigh_parcel');
  });

  it('gives no class where no line says one', () => {
    expect(lost('Internal error: Oops: 0000000096000045 [#1] SMP', 'pc : weigh_parcel+0x1c/0x50', ...end)).toMatch(/^unknown \[\]: /);
    expect(lost('Internal error: synchronous external abort: 0000000096000010 [#1] SMP', ...end)).toMatch(/^unknown \[\]: /);
    expect(lost('Oops: int3: 0000 [#1] SMP', ...end)).toMatch(/^unknown \[\]: /);
  });
});

describe('memory without a log', () => {
  const wiped = { logGap: 'The kernel log could not be read: it is overwritten.' };

  it('gives no cause of an exception of which only the stack is left', () => {
    const path = ['__crash_kexec', 'crash_kexec', 'oops_end', 'page_fault_oops', 'exc_page_fault', 'asm_exc_page_fault'];
    expect(verdictText(ended(path, ['!weigh_parcel', 'stamp_parcel']), wiped)).toMatch(/^unknown \[\]: /);
  });

  it('gives the BUG, the check of a list, the canary and who asked by stack and instruction', () => {
    const bug = { kind: 'bug', detail: 'ud2', where: { start: 0x1000n, bytes: 2 } } as const;
    const path = ['__crash_kexec', 'crash_kexec', 'oops_end', 'do_trap', 'exc_invalid_op', 'asm_exc_invalid_op'];
    expect(verdictText(ended(path, ['!weigh_parcel', 'stamp_parcel'], bug), wiped)).toBe('bug []: BUG in weigh_parcel');
    expect(verdictText(ended(path, ['!__list_del_entry_valid_or_report', 'stamp_parcel'], bug), wiped)).toBe(
      'list-corruption []: List corruption in stamp_parcel',
    );
    expect(verdictText(ended(['panic'], ['__stack_chk_fail', 'weigh_parcel']), wiped)).toBe(
      'stack-overflow []: Buffer overflow on the kernel stack in weigh_parcel',
    );
    expect(verdictText(ended(path, ['!sysrq_handle_crash', '__handle_sysrq', 'write_sysrq_trigger']), wiped)).toMatch(
      /^operator-request \[\]: Crash requested by sysrq/,
    );
  });
});

it('a report of a stall is of the CPU that is waited for, not of the one that asks for its stack', () => {
  const [event] = logEvents(
    [
      'rcu: INFO: rcu_sched detected stalls on CPUs/tasks:',
      'rcu: \t3-...!: (1 GPs behind) idle=2',
      'rcu: \t(detected by 0, t=5252 jiffies)',
      'Sending NMI from CPU 0 to CPUs 3:',
    ].map((line) => ({ text: line, time: 5_000_000_000n })),
  );
  expect(event === undefined ? undefined : reportedCpu(event)).toBe(3);
});

it('what a user wrote to /dev/kmsg in the words of a panic is no evidence', () => {
  const lines = ['BUG: kernel NULL pointer dereference, address: 0000000000000008', ...x86Trace, 'Kernel panic - not syncing: Fatal exception'];
  expect(logEvents(lines.map((line) => ({ text: line, time: 5_000_000_000n, facility: 1 })))).toEqual([]);
});

it('a trouble that contributes is not excluded too', () => {
  const lines = [
    '10 BUG: KFENCE: use-after-free read in weigh_parcel+0x1c/0x50',
    '4000 sysrq: Trigger a crash',
    '4000 Kernel panic - not syncing: sysrq triggered crash',
  ];
  expect(verdictText({ ...running, ...dead }, logged(...lines))).toMatch(/^operator-request \[slab-corruption\]: .*excluded: (?!.*slab-corruption)/);
});
