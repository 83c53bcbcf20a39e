/** Absence is not a fact: what triage says of the end of a system is weaker, and says why, where its evidence is not there. */
import { describe, expect, it } from 'vitest';
import { crashEntry } from '../../../src/analysis/engine/triage/crash-entry.ts';
import { busySentence } from '../../../src/analysis/engine/triage/busy-cpus.ts';
import { kdumpStarted } from '../../../src/analysis/engine/triage/kdump-start.ts';
import { probableReason, type Evidence } from '../../../src/analysis/engine/triage/reason.ts';
import type { Session } from '../../../src/analysis/engine/session/session.ts';
import { triage } from '../../../src/analysis/engine/triage/triage.ts';
import { deathNotes } from '../../../src/analysis/kernel/log/log-marks.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';
import { checkSession } from '../../../src/analysis/engine/integrity/check-session.ts';
import { caseSession } from '../../case-answers.ts';
import { blind, crash, evidence, logOf, open, reasonOf, running, runs, untainted } from './reason-evidence.ts';
import { withoutCrashTime } from '../without-crash-time.ts';
import { frame, trace } from './traces.ts';

const never = new AbortController().signal;

describe('that the system was running', () => {
  it('is said with panic_cpu and system_state as evidence, and no trouble in a complete log', () => {
    expect(reasonOf({})).toMatch(/^No crash is recorded: .*panic_cpu is unset.*; the system was running when it was dumped \(system_state\)\.$/);
  });

  it('no CPU is said to be in no wait whose PSW is not known', async () => {
    const without = (words: string): Session => caseSession('dump', `system healthy state=running cpus=2 ${words}\nformat elf-vmcore producer=qemu\n`);
    expect((await triage(without(''), never)).reason).toContain('no CPU is in a disabled wait');
    expect((await triage(without('unrecorded=0'), never)).reason).toContain('none of the CPUs whose registers are known is in a disabled wait');
  });

  it('is not known where they cannot be read, and why', () => {
    expect(reasonOf({ witnesses: blind })).toMatch(/whether the system was running is not known: panic_cpu and system_state could not be read \(no symbols\)/);
    expect(reasonOf({ witnesses: blind })).not.toMatch(/was running when/);
  });

  it('is not said about a system whose panic_cpu is set, or which is in another state', () => {
    expect(reasonOf({ witnesses: { ...running, panicCpu: { kind: 'cpu', value: 1 } } })).toMatch(
      /^panic_cpu names CPU 1, so a panic or a start of kdump had begun/,
    );
    expect(reasonOf({ witnesses: { ...running, systemState: 'restarting' } })).toMatch(/is not known: system_state is restarting/);
  });

  it.each([
    'INFO: task db2sysc:4711 blocked for more than 120 seconds.',
    'rcu: INFO: rcu_sched self-detected stall on CPU',
    'Unable to handle kernel pointer dereference in virtual kernel address space',
    'BUG: workqueue lockup - pool cpus=1 node=0 flags=0x0 nice=0 stuck for 56s!',
    'watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [orderd:12]',
  ])('with "%s" in the log, no crash is not the sum of it', (text) => {
    const reason = reasonOf({ log: logOf(text) });
    expect(reason).not.toContain('No crash is recorded');
    expect(reason.startsWith(text)).toBe(true);
    expect(reason).toContain('The kernel had not panicked when it was dumped');
    expect(reasonOf({ log: logOf(text), witnesses: blind })).toContain('whether the system was running is not known');
  });

  it('a log that cannot be read, or has gaps, has not been found empty', () => {
    const unread = reasonOf({ log: { isRead: false, gap: 'The kernel log could not be read: a page is excluded.' } });
    expect(unread).not.toContain('No crash is recorded');
    expect(unread).toMatch(/The kernel log could not be read: a page is excluded\.$/);
    expect(reasonOf({ log: { isRead: true, gap: 'The kernel log has gaps: x.' } })).not.toContain('No crash is recorded');
  });
});

describe('that the kernel panicked', () => {
  it('is said with the panic line, or with panic() on a stack', () => {
    expect(reasonOf({ crash, log: logOf('Kernel panic - not syncing: x') })).toContain(`The kernel panicked at ${crash}`);
    expect(reasonOf({ crash, entry: { kind: 'panic', symbol: 'panic', cpu: 0 } })).toContain(`The kernel panicked at ${crash}`);
  });

  it('is not said about a PSW restart', () => {
    const reason = reasonOf({
      crash,
      entry: { kind: 'restart', symbol: '__do_restart', cpu: 0 },
      witnesses: { ...running, panicCpu: { kind: 'cpu', value: 0 } },
    });
    expect(reason).toContain('A PSW restart sent it there: __do_restart is on a stack, and no panic is recorded.');
    expect(reason).not.toContain('The kernel panicked');
  });

  it('is not said about an oops that went straight into kdump', () => {
    const reason = reasonOf({ crash, log: logOf('BUG: kernel NULL pointer dereference, address: 0000000000000048') });
    expect(reason).toMatch(
      /^BUG: kernel NULL pointer dereference, address: 0000000000000048\. The kernel was on its way into kdump at .*The kernel log has no panic line\.$/,
    );
    expect(reason).not.toContain('panicked');
  });

  it('with only CRASHTIME the cause is not known, and memory still shows an oops', () => {
    expect(reasonOf({ crash })).toMatch(/What sent it there is not known: the kernel log has no panic.* and no stack shows a panic\.$/);
    expect(reasonOf({ crash, areStacksRead: false })).toContain('the stacks of its CPUs could not be followed');
    const unread = { isRead: false, gap: 'The kernel log could not be read: x.' };
    expect(reasonOf({ crash, log: unread, witnesses: { ...running, taint: { ...untainted, died: true } } })).toContain(
      'The taint flag D is set: there was an oops or BUG.',
    );
  });
});

describe('that kdump did not take over', () => {
  const panic = logOf('Kernel panic - not syncing: x');

  it('is not said only because CRASHTIME is missing', () => {
    expect(reasonOf({ log: panic, witnesses: blind })).toMatch(
      /Whether kdump was started is not recorded: .*kexec_crash_image could not be read \(no symbols\)/,
    );
    expect(reasonOf({ log: panic })).toContain('No kdump kernel was loaded: kexec_crash_image is null.');
    expect(reasonOf({ log: panic, witnesses: { ...running, kdumpLoaded: true } })).toContain('a kdump kernel was loaded (kexec_crash_image)');
    for (const witnesses of [blind, running]) expect(reasonOf({ log: panic, witnesses })).not.toContain('did not take over');
  });

  it('is said about a CPU in a disabled wait after CRASHTIME, and not about a system that kdump dumped', () => {
    const stopped = open(s390xSystem({ state: 'disabled-wait' }));
    const of = (changed: Partial<Evidence>): string => probableReason(stopped, { ...evidence, crash, log: panic, ...changed })?.text ?? '';
    expect(of({})).toContain('kdump did not take over');
    expect(of({ started: 'it wrote the dump' })).not.toContain('did not take over');
  });
});

describe('whether kdump started', () => {
  it('is answered by a dump with CRASHTIME and without crashkernel memory; its checks do not apply then', async () => {
    const session = open(s390xSystem({ state: 'kdump' }));
    expect(kdumpStarted(session)).toMatch(/^vmcoreinfo has CRASHTIME, and the crashkernel memory 0x400000 to 0x600000 \(os_info\) is not in the dump/);
    const { panicKdump } = await triage(session, never);
    expect(panicKdump).toMatchObject({ outcome: 'started' });
    const checks = await checkSession(session, 'quick', never);
    const kdump = checks.filter(({ id }) => id === 'kdump-image' || id === 'purgatory-sha256');
    expect(kdump.map(({ verdict }) => verdict)).toEqual(['not-applicable', 'not-applicable']);
  });

  it('is not without CRASHTIME, nor of a system that was running', async () => {
    expect(kdumpStarted(open(withoutCrashTime(s390xSystem({ state: 'kdump' }))))).toBeUndefined();
    expect(kdumpStarted(runs)).toBeUndefined();
    expect((await triage(runs, never)).panicKdump).toBeUndefined();
  });
});

describe('panic_cpu', () => {
  const offline = { offlineCpu: 4 };

  it('that names no CPU of the kernel is neither evidence of a panic nor of a running system', async () => {
    for (const panicCpu of [4711, -7]) {
      const { reason } = await triage(open(s390xSystem({ state: 'running', panicCpu, ...offline })), never);
      expect(reason).toContain(`whether the system was running is not known: panic_cpu is ${panicCpu}, which is not a CPU of this kernel`);
      expect(reason).not.toMatch(/panicked|had begun|was running when/);
    }
    const { info } = await triage(open(s390xSystem({ state: 'kdump', panicCpu: -1 })), never);
    expect(info.findings).toContainEqual(expect.objectContaining({ id: 'cross-cpu-count/panic-cpu', title: 'panic_cpu was overwritten' }));
    expect((await triage(open(s390xSystem({ state: 'running', panicCpu: 1, ...offline })), never)).reason).toMatch(/panic_cpu names CPU 1, so/);
  });

  it('that names another CPU than the stacks do is a finding, and the stack is believed', async () => {
    const of = (panicCpu: number) => triage(open(s390xSystem({ state: 'kdump', firstCpu: 1, panicCpu })), never);
    const right = await of(1);
    const wrong = await of(0);
    expect(right.reason).toMatch(/CPU 1 was running \S+ \(pid \d+\) in sysrq_handle_crash/);
    expect(wrong.reason).toBe(right.reason?.replace(/\.$/, '; panic_cpu names another CPU.'));
    expect(right.info.findings.map(({ id }) => id)).not.toContain('cross-cpu-count/panic-cpu');
    expect(wrong.info.findings).toContainEqual(
      expect.objectContaining({
        id: 'cross-cpu-count/panic-cpu',
        detail: 'panic_cpu is 0, but the stack of CPU 1 is the only one that goes through panic; the stack is taken',
      }),
    );
  });
});

describe('CRASHTIME', () => {
  const withCrashTime = (value: string): Session => {
    const system = s390xSystem({ state: 'kdump' });
    return open({ ...system, vmcoreinfo: (system.vmcoreinfo ?? '').replace(/^CRASHTIME=.*$/m, `CRASHTIME=${value}`) });
  };

  it('that is no time still shows that the kernel was on its way into kdump', async () => {
    const { reason } = await triage(withCrashTime('-5'), never);
    expect(reason).toContain('The kernel panicked at a time that is not known (CRASHTIME is -5): it recorded CRASHTIME on its way into kdump.');
    expect(reason).not.toMatch(/has no CRASHTIME/);
  });

  it('that another time contradicts is not the time of the panic, but what CRASHTIME says', async () => {
    const lines =
      'arch x86_64\nmemory 1 MiB\nvmcoreinfo "OSRELEASE=6.1.0" "PAGESIZE=4096" "CRASHTIME=1700000000"\ncpu\ntime 1600000000\nformat kdump-compressed codec=zlib\n';
    const { reason, checks } = await triage(caseSession('dump', lines), never);
    expect(checks.find(({ id }) => id === 'cross-time')?.verdict).toBe('failed');
    expect(reason).toContain('2023-11-14T22:13:20Z by CRASHTIME, which another time in the dump contradicts');
  });
});

describe('what stacks show', () => {
  const name = (cpu: number): string => `CPU ${cpu}`;

  it('of the end: a panic before an oops before a restart, and no guess', () => {
    const restart = trace(0, 'swapper/0', 0, frame('smp_call_ipl_cpu', 'running'), frame('__crash_kexec'), frame('__do_restart'));
    expect(crashEntry([restart])).toEqual({ kind: 'restart', symbol: '__do_restart', cpu: 0 });
    const panicked = trace(1, 'sh', 5, frame('smp_call_ipl_cpu', 'running'), frame('panic'), frame('die'));
    expect(crashEntry([restart, panicked])?.kind).toBe('panic');
    expect(crashEntry([trace(1, 'sh', 5, frame('panic', 'guess'))])).toBeUndefined();
  });

  it('of work: CPUs in kernel code, without idle ones and ones at the stop', () => {
    const spins = trace(1, 'order-stats', 89, frame('order_recount', 'running'), frame('order_stats_thread'));
    const idle = trace(0, 'swapper/0', 0, frame('arch_cpu_idle', 'running'));
    const stopped = trace(2, 'sh', 7, frame('smp_call_ipl_cpu', 'running'));
    expect(busySentence([idle, spins, stopped], name, 3)).toBe(
      'Busy in kernel code: CPU 1 was running order-stats (pid 89) in order_recount, called by order_stats_thread.',
    );
    const waits = trace(0, 'order-report', 90, frame('arch_spin_lock_wait', 'running'));
    expect(busySentence([waits, spins], name, 2)).toMatch(
      /^Both CPUs were busy in kernel code: CPU 0 was running order-report \(pid 90\) in arch_spin_lock_wait; CPU 1/,
    );
    expect(busySentence([idle, stopped], name, 2)).toBeUndefined();
  });
});

describe('the serious lines of a log without a panic', () => {
  const at = (seconds: number, text: string): { text: string; time: bigint } => ({ text, time: BigInt(seconds * 1000) * 1_000_000n });

  it('are the start of the last block, the first trouble, and how long the log goes on', () => {
    const notes = deathNotes([
      at(20, 'INFO: task a:1 blocked for more than 20 seconds.'),
      at(40, 'INFO: task a:1 blocked for more than 40 seconds.'),
      at(40.3, 'INFO: task b:2 blocked for more than 40 seconds.'),
      at(60, 'usb 1-1: new device'),
    ]);
    expect(notes).toMatchObject({
      trouble: { text: 'INFO: task a:1 blocked for more than 40 seconds.' },
      first: { time: 20_000_000_000n },
      after: 20_000_000_000n,
    });
  });

  it('do not put trouble in the place of a request to crash', () => {
    const notes = deathNotes([
      at(16, 'BUG kmalloc-96 (Tainted: G O): Object corrupt'),
      at(18, 'sysrq: Trigger a crash'),
      at(18.1, 'Kernel panic - not syncing: sysrq triggered crash'),
    ]);
    expect(notes).toMatchObject({ cause: { mark: 'request' }, trouble: { mark: 'bug' } });
  });
});
