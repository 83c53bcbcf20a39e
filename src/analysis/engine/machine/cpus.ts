/** `cpus`: the CPUs of a dump as the doors show them: registers as recorded, and what they mean. */
import { cpuNumbering } from '../../../shared/cpu-registers.ts';
import type { CpuJson, CpuMeaning } from '../../../shared/cpu-model.ts';
import { defined } from '../../../shared/defined.ts';
import { schemaVersion } from '../../../shared/model.ts';
import { hex } from '../../../shared/units.ts';
import { architectures } from '../../arch/index.ts';
import { namedMeaning } from '../../arch/named-register.ts';
import { describeControlRegister } from '../../arch/s390x/control-registers.ts';
import { binary64 } from '../../arch/s390x/floating-point.ts';
import { OS_INFO_MAGIC } from '../../arch/s390x/os-info.ts';
import { clockComparator, clockComparatorText, cpuTimerText, todToIso } from '../../arch/s390x/tod-clock.ts';
import { explainDisabledWait } from '../../arch/s390x/wait-codes.ts';
import { isDisabledWait } from '../triage/disabled-wait.ts';
import { lowcoreFacts } from './lowcore-facts.ts';
import type { Session } from '../session/session.ts';
import { derived } from '../session/memo.ts';
import { machineCpus } from './machine-cpus.ts';

function crashkernelOf(session: Session): { readonly start: bigint; readonly end: bigint } | undefined {
  const search = session.osInfo;
  if (search?.stage !== 'page' || search.values.magic !== OS_INFO_MAGIC || search.values.crashkernel_addr === 0n) return undefined;
  const start = search.values.crashkernel_addr;
  return { start, end: start + search.values.crashkernel_size };
}

/** The comparator as Linux set it, from the CPU's lowcore: it tells the encodings of the recorded one apart. */
const softwareComparator = (session: Session, cpu: CpuJson): bigint | undefined => lowcoreFacts(session, cpu)?.value('clock_comparator');

function comparatorMeaning(session: Session, cpu: CpuJson): CpuMeaning['clockComparator'] {
  if (cpu.clockComparator === undefined) return undefined;
  const raw = BigInt(cpu.clockComparator);
  const software = softwareComparator(session, cpu);
  const { form, value } = clockComparator(raw, software);
  const text = clockComparatorText(raw, software);
  return { form, ...(value === undefined ? {} : { value: hex(value) }), ...defined({ text }) };
}

const texts = (values: readonly string[] | undefined, describe: (index: number, value: bigint) => string | undefined): { register: number; text: string }[] =>
  (values ?? []).flatMap((value, register) => {
    const text = describe(register, BigInt(value));
    return text === undefined ? [] : [{ register, text }];
  });

/** What the registers of a CPU mean. */
export function cpuMeaning(session: Session, cpu: CpuJson): CpuMeaning {
  const wait =
    cpu.psw !== undefined && isDisabledWait(cpu) ? explainDisabledWait(BigInt(cpu.psw.mask), BigInt(cpu.psw.address), crashkernelOf(session)) : undefined;
  const timer = cpu.timer === undefined ? undefined : cpuTimerText(BigInt(cpu.timer));
  const todClock = cpu.todClock === undefined ? undefined : todToIso(BigInt(cpu.todClock));
  const comparator = comparatorMeaning(session, cpu);
  const { named, stateOf } = architectures[session.image.machine.arch].registers;
  return {
    ...defined({ wait, state: cpu.psw === undefined ? stateOf(cpu) : undefined }),
    ...(cpu.registers === undefined ? {} : { named: [...namedMeaning(named, cpu)] }),
    ...(cpu.crs === undefined ? {} : { controlRegisters: texts(cpu.crs, describeControlRegister) }),
    ...(cpu.fprs === undefined ? {} : { floating: texts(cpu.fprs, (_, value) => binary64(value)) }),
    ...defined({ timer, clockComparator: comparator, todClock }),
  };
}

/** CPUs of one page: with their registers and what they mean one has up to 10 KB of JSON. */
const cpusInPage = 128;

const registersBesides = derived((session: Session) => {
  const { image } = session;
  return architectures[image.machine.arch].registers.besides(image, machineCpus(session).cpus);
});

interface CpusPage {
  readonly schema: 1;
  readonly cpus: CpuJson[];
  readonly numbering: 'linuxCpu' | 'id';
  /** Where the next page begins; absent on the last one. */
  readonly next?: number;
}

/**
 * CPUs in dump order. On x86_64 the control registers of QEMU's notes are next to those of PRSTATUS.
 * @param start place in the list at which a page begins; without it all are given
 * @param plain as the machine has them, without what the registers mean
 */
export function describeCpus(session: Session, { start, plain }: { readonly start?: number | undefined; readonly plain?: true | undefined } = {}): CpusPage {
  const { cpus: all } = machineCpus(session);
  const numbering = cpuNumbering(all);
  const end = start === undefined ? all.length : Math.min(start + cpusInPage, all.length);
  const cpus = all.slice(start, end);
  const next = end < all.length ? { next: end } : {};
  if (plain === true) return { schema: schemaVersion, cpus, numbering, ...next };
  const besides = registersBesides(session);
  const described = cpus.map((cpu) => {
    const more = besides.get(cpu.id);
    const whole = more === undefined ? cpu : { ...cpu, registers: { ...cpu.registers, ...more } };
    const meaning = cpuMeaning(session, whole);
    return {
      ...whole,
      ...(Object.keys(meaning).length === 0 ? {} : { meaning }),
    };
  });
  return { schema: schemaVersion, cpus: described, numbering, ...next };
}
