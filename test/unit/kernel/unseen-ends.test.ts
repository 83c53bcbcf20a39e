/** What a verdict does not say of what could not be seen. */
import { describe, expect, it } from 'vitest';
import { verdictOf } from '../../../src/analysis/engine/triage/verdict.ts';
import { triage } from '../../../src/analysis/engine/triage/triage.ts';
import { sessionOn, type Session } from '../../../src/analysis/engine/session/session.ts';
import { weighPanic } from '../../../src/analysis/kernel/verdict/contradicted-panic.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { s390xSystem, type S390xSystemOptions } from '../../../src/samples/s390x-system.ts';
import { frame, trace } from '../engine/traces.ts';
import { logOf, reasonOf } from '../engine/reason-evidence.ts';
import { ended, logged, running, stackOf, verdictText } from './verdict-evidence.ts';

const stopped = { disabledWait: { cpu: 'CPU 0', address: '0x1234' }, panicCpu: 'unset' } as const;
const noLog = { logGap: 'The kernel log could not be read: its symbol is not known.' };
const noStacks = { noStacks: 'the stacks of the CPUs could not be followed' };
const blind = { panicCpu: undefined, unseen: new Map([['panic_cpu', 'no symbols']]) } as unknown as Partial<typeof running>;

describe('a disabled wait', () => {
  it('is without a panic where the log was read whole and panic_cpu or the stacks show none', () => {
    expect(verdictText(stopped)).toBe('disabled-wait []: Disabled wait without a panic');
    expect(verdictText(stopped, noStacks)).toBe('disabled-wait []: Disabled wait without a panic');
    expect(verdictText(stopped, blind)).toBe('disabled-wait []: Disabled wait without a panic');
  });

  it.each([
    ['the log', noLog],
    ['panic_cpu and the stacks', { ...blind, ...noStacks }],
  ])('does not say so where %s could not be seen', (_, unseen) => {
    expect(verdictText(stopped, unseen)).toMatch(/^disabled-wait \[\]: Disabled wait; whether a panic came before it could not be seen \(excluded: /);
  });

  it('came after an end that had begun where panic_cpu or CRASHTIME says so', () => {
    expect(verdictText(stopped, { panicCpu: 1 })).toMatch(/: Disabled wait after a panic or a start of kdump/);
    expect(verdictText(stopped, { crashTime: '2026-03-14T09:26:53Z' })).toMatch(/: Disabled wait after a panic or a start of kdump/);
  });
});

const open = (options: S390xSystemOptions): Session =>
  sessionOn(memorySource('dump', elfVmcore(s390xSystem(options), { producer: 'qemu', vmcoreinfoNote: true })));
const never = new AbortController().signal;
const second = 1_000_000_000n;
const panicLine = 'Kernel panic - not syncing: x';

describe('a serious line', () => {
  const records = (facility: number) => [
    { time: 6n * second, level: 0, facility, text: panicLine },
    { time: 27n * second, text: 'usb 1-1: new device' },
  ];

  it('that a user wrote to /dev/kmsg is no evidence, and that of the kernel is quoted with its age', async () => {
    const ofKernel = await verdictOf(open({ state: 'running', records: records(0) }), never);
    expect(ofKernel.evidence.map(({ text }) => text)).toContain(`kernel log, 6.000000 s: ${panicLine} (the log continues for 21 s after it)`);
    const ofUser = await verdictOf(open({ state: 'running', records: records(1) }), never);
    expect(JSON.stringify([ofUser.title, ofUser.evidence])).not.toContain('panic - not');
    const { reason: kernels } = await triage(open({ state: 'running', records: records(0) }), never);
    expect(kernels).toMatch(/^Kernel panic - not syncing: x \(kernel log, 6\.000000 s after boot; the log continues for 21 s after it\)/);
    const { reason: users } = await triage(open({ state: 'running', records: records(1) }), never);
    expect(users).not.toContain('panic - not');
  });

  it('of a user is not what came before the panic', async () => {
    const reasonFor = async (facility: number): Promise<string | undefined> => {
      const before = { time: 20n * second, facility, text: 'BUG: unable to handle x' };
      return (await triage(open({ records: [before, { time: 21n * second, text: panicLine }] }), never)).reason;
    };
    expect(await reasonFor(1)).not.toContain('before it');
    expect(await reasonFor(0)).toContain('before it, 20.000000 s after boot: BUG: unable to handle x');
  });
});

describe('a panic line', () => {
  const idle = { traces: [trace(0, 'swapper/0', 0, frame('arch_cpu_idle', 'running'))] };
  const panic = logged(`6 ${panicLine}`);

  it('that panic_cpu, system_state and the stacks contradict is called so', () => {
    expect(verdictText(idle, panic)).toMatch(/^unknown \[\]: Panic line in the log that memory and stacks contradict \(excluded: (?!.*warning-panic)/);
  });

  it.each([
    ['panic_cpu names a CPU', { panicCpu: 1 }],
    ['panic_cpu could not be read', blind],
    ['the stacks could not be followed', noStacks],
    ['CRASHTIME says that kdump was started', { crashTime: '2026-03-14T09:26:53Z' }],
    ['a stack goes through another end than a panic', { end: { cpu: 'CPU 1', path: stackOf('__crash_kexec'), site: [] } }],
  ])('is one where %s', (_, seen) => {
    expect(verdictText(idle, panic, seen)).toMatch(/^unknown \[\]: Panic \(x\)/);
  });

  it('is contradicted or not in the reason as in the verdict', () => {
    const log = logOf(panicLine);
    expect(reasonOf({ log })).toContain('The panic line is contradicted');
    expect(reasonOf({ log, hasEndStack: true })).not.toContain('contradicted');
    const unseenStacks = ['CPU 1', 'CPU 2', 'CPU 3'];
    const why = 'no stack that could be followed shows a panic (that of CPU 1, CPU 2 and CPU 3 could not)';
    expect(reasonOf({ log, unseenStacks })).toContain(why);
    expect(weighPanic({ ...running, ...idle, ...panic, unseenStacks }).contradictedPanic?.why).toContain(why);
  });
});

it('a panic of a module that is loaded is none of the boot', () => {
  const site = ['weigh_parcel', 'parcel_init', 'do_one_initcall', 'do_init_module', '__s390x_sys_finit_module'];
  expect(verdictText(ended(['panic'], site))).toMatch(/^unknown /);
  expect(verdictText(ended(['panic'], ['weigh_parcel', 'parcel_init', 'do_one_initcall', 'kernel_init_freeable', 'kernel_init']))).toMatch(/^early-boot /);
});

describe('a class is excluded', () => {
  const seen = { traces: [trace(0, 'swapper/0', 0, frame('arch_cpu_idle', 'running'))], hangs: { ...running.hangs, looked: 50 } };

  it('where all stacks and PSWs were seen', () => {
    expect(verdictText(seen)).toMatch(/warning-panic .*cpu-loop .*disabled-wait/);
  });

  it.each([
    ['the stack of a CPU', { unseenStacks: ['CPU 1'] }, /warning-panic|stack-overflow|early-boot|cpu-loop|lock-held/, /disabled-wait/],
    ['PSWs, which the machine has none of', { unseenPsws: undefined }, /disabled-wait/, /warning-panic .*cpu-loop/],
    ['the PSW of a CPU', { unseenPsws: ['CPU 1'] }, /disabled-wait/, /warning-panic .*cpu-loop/],
    ['a panic that panic_cpu says had begun', { panicCpu: 0 }, /warning-panic/, /disabled-wait/],
  ])('not by what could not be seen: %s', (_, unseen, not, still) => {
    expect(verdictText(seen, unseen)).not.toMatch(not);
    expect(verdictText(seen, unseen)).toMatch(still);
  });

  it('of a dump in which the PSW of a CPU is zeros, with its name', async () => {
    const system = s390xSystem({ state: 'running', panicCpu: -1 });
    const [first, ...others] = system.cpus;
    if (first === undefined) throw new Error('no CPU');
    const blank = { ...system, cpus: [{ ...first, psw: { mask: 0n, address: 0n } }, ...others] };
    const session = sessionOn(memorySource('dump', elfVmcore(blank, { producer: 'qemu', vmcoreinfoNote: true })));
    const { verdict, reason } = await triage(session, never);
    expect(verdict.excluded?.flatMap(({ classes }) => classes)).not.toContain('disabled-wait');
    expect(verdict.excluded?.map(({ why }) => why).join()).toMatch(/A disabled wait of CPU \S+ cannot be excluded: its PSW is not recorded/);
    expect(reason).not.toContain('no CPU is in a disabled wait');
  });
});
