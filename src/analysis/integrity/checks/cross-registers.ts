/**
 * Registers that a dump records twice must agree: in the notes (or the container's own CPU records) and in the store-status save area
 * of the CPU's lowcore (lowcore.md section 2). CPUs are matched by their prefix.
 */
import { cpuName, cpuNumbering } from '../../../shared/cpu-registers.ts';
import type { Step } from '../../../shared/check-model.ts';
import type { CpuJson } from '../../../shared/cpu-model.ts';
import type { Finding } from '../../../shared/model.ts';
import { hex } from '../../../shared/units.ts';
import { architectures } from '../../arch/index.ts';
import { storedStatus } from '../../arch/s390x/cpus.ts';
import { limitFindings } from '../../formats/finding-limit.ts';
import { failed, notApplicable, notRecorded, passed, type Check, type CheckContext } from '../check.ts';
import { isFailure } from '../../../shared/result.ts';

interface RegisterDifference {
  readonly register: string;
  readonly recorded: string;
  readonly stored: string;
}

const files = [
  ['gprs', 'r'],
  ['acrs', 'a'],
  ['crs', 'c'],
  ['fprs', 'f'],
] as const;
const single = [
  ['fpc', 'fpc'],
  ['timer', 'CPU timer'],
  ['clockComparator', 'clock comparator'],
  ['todProgrammable', 'TOD programmable register'],
] as const;

/** Every register that both have and that differs. */
export function registerDifferences(recorded: CpuJson, stored: CpuJson): readonly RegisterDifference[] {
  const found: RegisterDifference[] = [];
  const compare = (register: string, left: string | undefined, right: string | undefined): void => {
    if (left !== undefined && right !== undefined && left !== right) found.push({ register, recorded: left, stored: right });
  };
  compare('PSW mask', recorded.psw?.mask, stored.psw?.mask);
  compare('PSW address', recorded.psw?.address, stored.psw?.address);
  for (const [file, letter] of files) recorded[file]?.forEach((value, index) => { compare(`${letter}${index}`, value, stored[file]?.[index]); }); // prettier-ignore
  for (const [name, words] of single) compare(words, recorded[name], stored[name]);
  return found;
}

const differenceText = ({ register, recorded, stored }: RegisterDifference): string =>
  `${register} is ${recorded} in the record and ${stored} in the save area`;
const shown = 4;

function listed(differences: readonly RegisterDifference[]): string {
  const rest = differences.length - shown;
  return `${differences.slice(0, shown).map(differenceText).join(', ')}${rest > 0 ? `, and ${rest} more` : ''}`;
}

/** Two records of one CPU: the header or the notes named one lowcore twice, so that another CPU's registers are missing. */
function duplicates(cpus: readonly CpuJson[]): readonly { readonly finding: Finding; readonly step: Step }[] {
  const firsts = new Map<string, CpuJson>();
  return cpus.flatMap((cpu) => {
    if (cpu.prefix === undefined) return [];
    const first = firsts.get(cpu.prefix);
    if (first === undefined) {
      firsts.set(cpu.prefix, cpu);
      return [];
    }
    const detail = `records ${first.id} and ${cpu.id} belong to one CPU: both have the prefix ${cpu.prefix}`;
    const where = { space: 'absolute' as const, start: cpu.prefix, end: hex(BigInt(cpu.prefix) + 0x2000n) };
    const finding: Finding = { id: 'cross-registers/duplicate-cpu', severity: 'error', title: 'A CPU is recorded twice', detail, where };
    return [{ finding, step: { check: `record ${cpu.id}`, passed: false, detail } }];
  });
}

/** Whether the writer made the records from the save areas, as kdump and zgetdump do; a hypervisor has them from the CPUs themselves. */
const isCopied = ({ image }: CheckContext): boolean => image.recordedCpus === undefined && !/qemu/i.test(image.container.producer?.value ?? '');

/** So many differences are not damage: they are another moment. */
const damageLimit = 16;

/**
 * Whether the record and the save area must be of one moment. kdump makes its notes from the save areas. A hypervisor writes notes from the
 * live machine and stores no status: what lies in a save area then is of another time.
 */
function isOneMoment(context: CheckContext, differences: number): boolean {
  const { vmcoreinfo } = context;
  if (!isCopied(context)) return false;
  return differences <= damageLimit || (!isFailure(vmcoreinfo) && vmcoreinfo.value.entries.has('CRASHTIME'));
}

/** Why no CPU could be compared. */
function whyNone(cpus: readonly CpuJson[], steps: readonly Step[]): string {
  if (cpus.every(({ source }) => source === 'lowcore')) return 'the registers are only in the save areas';
  return steps.length === 0 ? 'the dump has no CPU registers' : `${steps[0]?.check ?? ''}: ${steps[0]?.detail ?? ''}`;
}

export const crossRegisters: Check = {
  id: 'cross-registers',
  title: 'Registers recorded twice',
  failure: 'Sources disagree about the registers of a CPU.',
  gravity: 34,
  cost: 'headers',
  run(context) {
    const { image, memory, cpus, kernelCpus } = context;
    if (!architectures[image.machine.arch].features.has('lowcore')) return notApplicable('only s390x dumps record registers in memory too');
    if (cpus.length === 0) return notRecorded('the dump has no CPUs');
    const numbering = cpuNumbering(cpus);
    const nameOf = (cpu: CpuJson): string => cpuName(cpu, numbering);
    const twice = duplicates(cpus);
    const steps: Step[] = twice.map(({ step }) => step);
    const findings: Finding[] = twice.map(({ finding }) => finding);
    let equal = 0;
    for (const cpu of cpus) {
      // A CPU that was read from its save area has nothing else to be compared with.
      if (cpu.source === 'lowcore' || cpu.prefix === undefined || cpu.gprs === undefined) continue;
      const own = kernelCpus.lowcoreOf(cpu);
      if (own === undefined) {
        steps.push({ check: nameOf(cpu), detail: `lowcore_ptr has no lowcore at its prefix ${cpu.prefix}` });
        continue;
      }
      const stored = storedStatus(memory, Number(own));
      if (stored === undefined) {
        steps.push({ check: nameOf(cpu), detail: `its lowcore at ${hex(own)} is not in the dump` });
        continue;
      }
      if (stored.psw === undefined) {
        steps.push({ check: nameOf(cpu), detail: 'no status is stored in its lowcore' });
        continue;
      }
      const differences = registerDifferences(cpu, stored);
      if (differences.length === 0) {
        equal += 1;
        steps.push({ check: nameOf(cpu), passed: true, detail: 'record and save area have the same registers' });
        continue;
      }
      const isWrong = isOneMoment(context, differences.length);
      const detail = `${nameOf(cpu)}: ${listed(differences)}`;
      steps.push({
        check: nameOf(cpu),
        ...(isWrong ? { passed: false } : {}),
        detail: isWrong ? detail : `the save area is from another time: ${listed(differences)}`,
      });
      const start = own + 0x1200n;
      findings.push({
        id: isWrong ? 'cross-registers' : 'cross-registers/other-time',
        severity: isWrong ? 'warning' : 'info',
        title: isWrong ? 'The registers of a CPU differ between its record and its save area' : 'A save area holds registers from another time than the record',
        detail,
        where: { space: 'absolute', start: hex(start), end: hex(start + 0x200n) },
      });
    }
    const wrong = steps.find((step) => step.passed === false);
    const kept = limitFindings(findings);
    if (wrong !== undefined) return failed(wrong.detail, { steps, findings: kept });
    if (equal === 0) return { ...notRecorded(whyNone(cpus, steps)), steps, findings: kept };
    const same = `the registers of ${equal} ${equal === 1 ? 'CPU' : 'CPUs'} are the same in record and save area`;
    return passed(isCopied(context) ? `${same}; the records were made from the save areas, so neither changed since` : same, { steps, findings: kept });
  },
};
