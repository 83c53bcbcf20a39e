/** Conclusions of triage about the end of the system. */
import { busySentence } from '../../../src/analysis/engine/triage/busy-cpus.ts';
import { sessionOn, type Session } from '../../../src/analysis/engine/session/session.ts';
import { triage } from '../../../src/analysis/engine/triage/triage.ts';
import { deathNotes } from '../../../src/analysis/kernel/log/log-marks.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { s390xSystem, type S390xSystem } from '../../../src/samples/s390x-system.ts';
import type { TraceJson } from '../../../src/shared/task-model.ts';
import { blind, crash, logOf, open, reasonOf, running, runs, untainted } from '../engine/reason-evidence.ts';
import { frame, trace } from '../engine/traces.ts';
import { withoutCrashTime } from '../without-crash-time.ts';
import { said, type ConclusionCase } from './conclusion.ts';

const never = new AbortController().signal;
const withoutKey = (system: S390xSystem, key: string): S390xSystem => ({
  ...system,
  vmcoreinfo: (system.vmcoreinfo ?? '').replace(new RegExp(`^${key}=.*\\n`, 'm'), ''),
});
const reasonIn = async (session: Session): Promise<string> => (await triage(session, never)).reason ?? '';

const stopped = open(s390xSystem({ state: 'disabled-wait' }));
const panic = logOf('Kernel panic - not syncing: x');
const unread = { isRead: false, gap: 'The kernel log could not be read: a page is excluded.' };

const at = (seconds: number, text: string): { text: string; time: bigint } => ({ text, time: BigInt(seconds * 1000) * 1_000_000n });
const causeOf = (...lines: readonly { text: string; time: bigint }[]): string => deathNotes(lines)?.cause?.text ?? 'no cause is reported';
const request = 'sysrq: Trigger a crash';
const panicLine = 'Kernel panic - not syncing: sysrq triggered crash';

const busy = (...traces: readonly TraceJson[]): string => busySentence(traces, (cpu) => `CPU ${cpu}`, 2) ?? 'no CPU is reported';
const idle = trace(0, 'swapper/0', 0, frame('arch_cpu_idle', 'running'));

export const triageConclusions: Readonly<Record<string, ConclusionCase>> = {
  'log-words': {
    made: { on: () => reasonOf({ log: panic }), says: /^Kernel panic - not syncing: x/ },
    without: { on: () => reasonOf({}), says: /the kernel log has no panic, oops, BUG, stall or hung task/ },
    against: undefined,
  },
  'before-the-panic': {
    made: { on: () => causeOf(at(18, request), at(18.1, panicLine)), says: /Trigger a crash/ },
    without: { on: () => causeOf(at(18.1, panicLine)), says: /no cause is reported/ },
    against: { on: () => causeOf(at(18, request), at(100, panicLine)), says: /no cause is reported/ },
  },
  'log-gap': {
    made: { on: () => reasonOf({ log: unread }), says: /The kernel log could not be read: a page is excluded\./ },
    without: { on: () => reasonOf({}), says: /^No crash is recorded/ },
    against: undefined,
  },
  panicked: {
    made: { on: () => reasonOf({ crash, log: panic }), says: /The kernel panicked at/ },
    without: { on: () => reasonOf({ crash, log: unread, areStacksRead: false }), says: /on its way into kdump at .*What sent it there is not known/ },
    against: { on: () => reasonOf({ crash, entry: { kind: 'restart', symbol: '__do_restart', cpu: 0 } }), says: /no panic is recorded/ },
  },
  'panic-contradicted': {
    made: {
      on: () => reasonOf({ log: panic }),
      says: /The panic line is contradicted: panic_cpu is unset, system_state is running, and no stack shows a panic/,
    },
    without: { on: () => reasonOf({ log: panic, witnesses: blind }), says: /^Kernel panic - not syncing: x\. Whether kdump was started is not recorded/ },
    against: {
      on: () => reasonOf({ log: panic, entry: { kind: 'panic', symbol: 'panic', cpu: 0 } }),
      says: /^Kernel panic - not syncing: x\. No kdump kernel was loaded/,
    },
  },
  'psw-restart': {
    made: { on: () => reasonOf({ crash, entry: { kind: 'restart', symbol: '__do_restart', cpu: 0 } }), says: /A PSW restart sent it there/ },
    without: { on: () => reasonOf({ crash }), says: /What sent it there is not known/ },
    against: { on: () => reasonOf({ crash, log: panic, entry: { kind: 'restart', symbol: '__do_restart', cpu: 0 } }), says: /The kernel panicked/ },
  },
  'oops-by-taint': {
    made: {
      on: () => reasonOf({ crash, log: unread, witnesses: { ...running, taint: { ...untainted, died: true } } }),
      says: /taint flag D is set: there was an oops or BUG/,
    },
    without: { on: () => reasonOf({ crash, log: unread, witnesses: blind }), says: /What sent it there is not known/ },
    against: { on: () => reasonOf({ crash, log: unread, witnesses: { ...running, taint: untainted } }), says: /What sent it there is not known/ },
  },
  'kdump-not-taken-over': {
    made: { on: () => reasonOf({ crash, log: panic }, stopped), says: /kdump did not take over/ },
    without: { on: () => reasonOf({ log: panic, witnesses: blind }), says: /Whether kdump was started is not recorded: .*could not be read \(no symbols\)/ },
    against: { on: () => reasonOf({ crash, log: panic, started: 'it wrote the dump' }, stopped), says: /then stopped itself|The kernel panicked at/ },
  },
  'no-kdump-loaded': {
    made: { on: () => reasonOf({ log: panic }), says: /No kdump kernel was loaded: kexec_crash_image is null/ },
    without: { on: () => reasonOf({ log: panic, witnesses: blind }), says: /kexec_crash_image could not be read/ },
    against: { on: () => reasonOf({ log: panic, witnesses: { ...running, kdumpLoaded: true } }), says: /a kdump kernel was loaded \(kexec_crash_image\)/ },
  },
  running: {
    made: { on: () => reasonOf({}), says: /the system was running when it was dumped/ },
    without: { on: () => reasonOf({ witnesses: blind }), says: /whether the system was running is not known: panic_cpu and system_state could not be read/ },
    against: { on: () => reasonOf({ witnesses: { ...running, systemState: 'restarting' } }), says: /is not known: system_state is restarting/ },
  },
  'not-panicked': {
    made: { on: () => reasonOf({ log: logOf('rcu: INFO: rcu_sched self-detected stall on CPU') }), says: /The kernel had not panicked when it was dumped/ },
    without: {
      on: () => reasonOf({ log: logOf('rcu: INFO: rcu_sched self-detected stall on CPU'), witnesses: blind }),
      says: /No panic was found: .*not known/,
    },
    against: { on: () => reasonOf({ log: panic }), says: /^Kernel panic/ },
  },
  'panic-cpu': {
    made: { on: () => reasonOf({ witnesses: { ...running, panicCpu: { kind: 'cpu', value: 1 } } }), says: /panic_cpu names CPU 1/ },
    without: { on: () => reasonOf({ witnesses: blind }), says: /panic_cpu and system_state could not be read/ },
    against: { on: () => reasonOf({ witnesses: running }), says: /panic_cpu is unset/ },
  },
  victim: {
    made: { on: () => reasonIn(open(s390xSystem({ state: 'kdump' }))), says: /CPU \d was running \S+ \(pid \d+\)/ },
    without: { on: () => reasonIn(open(withoutKey(s390xSystem({ state: 'kdump' }), 'SYMBOL\\(kallsyms_names\\)'))), says: /The kernel panicked/ },
    against: { on: () => reasonIn(runs), says: /No crash is recorded|No panic was found/ },
  },
  'busy-cpus': {
    made: { on: () => busy(idle, trace(1, 'spins', 8, frame('order_recount', 'running'))), says: /Busy in kernel code: CPU 1 was running spins/ },
    without: { on: () => busy(idle), says: /no CPU is reported/ },
    against: { on: () => busy(idle, trace(1, 'sh', 7, frame('smp_call_ipl_cpu', 'running'))), says: /no CPU is reported/ },
  },
  'kdump-started': {
    made: { on: () => said(open(s390xSystem({ state: 'kdump' }))), says: /^panicKdump: started$/m },
    without: { on: () => said(open(withoutCrashTime(s390xSystem({ state: 'kdump' })))), says: /^panicKdump: none$/m },
    against: {
      on: () => said(sessionOn(memorySource('dump', elfVmcore(s390xSystem(), { producer: 'qemu', vmcoreinfoNote: true })))),
      says: /^panicKdump: none$/m,
    },
  },
};
