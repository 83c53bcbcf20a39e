/** Facts that several parts of a dump record must agree: a disagreement means that one of them is damaged or stale. */
import { append } from '../../../shared/append.ts';
import { cpuName, cpuNumbering, isInPart } from '../../../shared/cpu-registers.ts';
import type { CpuJson } from '../../../shared/cpu-model.ts';
import type { Step } from '../../../shared/check-model.ts';
import { hex } from '../../../shared/units.ts';
import type { Architecture } from '../../arch/architecture-name.ts';
import { againstArea } from '../../arch/s390x/crashkernel-area.ts';
import { machineEnd } from '../machine-end.ts';
import { architectures } from '../../arch/index.ts';
import { osInfoValid } from '../../arch/s390x/os-info.ts';
import { saveArea } from '../../arch/s390x/save-area.ts';
import { isCrashBeforeDump } from '../../kernel/vmcoreinfo/crash-time.ts';
import { contradictsCrashTime } from '../../kernel/vmcoreinfo/vmcoreinfo-fit.ts';
import { parse } from '../../layout/struct.ts';
import { failed, notApplicable, notRecorded, passed, type Check, type CheckOutcome, type KernelCpuFacts } from '../check.ts';
import { plural } from '../../../shared/count-text.ts';
import { isFailure } from '../../../shared/result.ts';

/** Passed or failed by its steps; steps without verdict do not count. */
function fromSteps(steps: readonly Step[], subject: string, summary?: string): CheckOutcome {
  const wrong = steps.find((step) => step.passed === false);
  if (wrong !== undefined) return failed(`${wrong.check}: ${wrong.detail}`, { steps });
  if (!steps.some((step) => step.passed === true)) {
    const silent = steps.map((step) => `; ${step.detail}`).join('');
    return {
      ...notRecorded(`${steps.length === 0 ? `${subject} is recorded in one place only` : `no independent source confirms ${subject}`}${silent}`),
      steps,
    };
  }
  return passed(summary ?? steps.map((step) => step.detail).join('; '), { steps });
}

/** What has the CPU numbers: a CPU's own lowcore, else the registers, by what tells whose they are. */
function namedBy(arch: Architecture, named: readonly CpuJson[]): string {
  const lowcores = architectures[arch].features.has('lowcore')
    ? named.filter(({ identity }) => identity?.by === 'prefix' || identity?.by === 'kernel').length
    : 0;
  const others = named.length - lowcores;
  return [...(lowcores === 0 ? [] : [plural(lowcores, 'lowcore')]), ...(others === 0 ? [] : [plural(others, 'set of registers', 'sets of registers')])].join(
    ' and ',
  );
}

/**
 * The sets of registers against the masks in which the kernel keeps the CPUs that run, and those that are there.
 * @param areKernels whether the kernel that crashed wrote the notes: it has none of a CPU that it did not start
 */
function onlineSteps(cpus: readonly CpuJson[], { absent, online, present, lowcoreOf }: KernelCpuFacts, areKernels: boolean): readonly Step[] {
  if (online === undefined) return [];
  const own = cpus.filter(({ system }) => system === undefined);
  const whole = own.filter((cpu) => !isInPart(cpu));
  const parts = own.filter(isInPart).flatMap(({ linuxCpu }) => linuxCpu ?? []);
  const lost = [...absent.flatMap(({ linuxCpu }) => linuxCpu ?? []), ...parts].filter((number) => online.includes(number)).sort((one, other) => one - other);
  const missing = lost.length === 0 ? '' : `; none of CPU ${lost.join(', ')}`;
  // A hypervisor records CPUs that are set offline as well, and those that nr_cpus= kept the kernel from starting: they have no lowcore, and nothing names them.
  const there = Math.max(online.length, present?.length ?? 0);
  const started = whole.filter((cpu) => (cpu.prefix === undefined ? cpu.linuxCpu !== undefined || areKernels : lowcoreOf(cpu) !== undefined)).length;
  const surplus = started > there ? `; that is more than the ${plural(there, 'CPU')} that there are` : '';
  return [
    {
      check: 'online CPUs',
      passed: lost.length === 0 && whole.length >= online.length && started <= there,
      detail: `${plural(online.length, 'CPU')} ran according to the kernel's mask, the dump records ${plural(whole.length, 'set')} of registers${missing}${surplus}`,
    },
  ];
}

export const crossCpuCount: Check = {
  id: 'cross-cpu-count',
  title: 'Number of CPUs',
  failure: 'Sources disagree about the number of CPUs.',
  gravity: 49,
  cost: 'headers',
  run({ image, cpus, kernelCpus, crashTime }) {
    if (image.origin?.kind === 'kcore') return notApplicable('a copy of /proc/kcore records no CPU registers');
    // Nothing that could be counted: what the kernel knows of its CPUs is one source.
    if (image.cpuNotes === false && image.notes.length === 0 && cpus.length === 0) return notRecorded('the format has no place for CPU registers');
    const { cpuCount } = image.machine;
    const steps: Step[] = [];
    const named = cpus.filter((cpu) => cpu.linuxCpu !== undefined);
    const different = new Set(named.map((cpu) => cpu.linuxCpu)).size;
    const unknown = cpus.filter(({ linuxCpu, system }) => linuxCpu === undefined && system === undefined).length;
    const open = unknown === 0 ? '' : `; of ${plural(unknown, 'more set')} it is not known which CPU's it is`;
    if (cpuCount !== undefined && image.cpuNotes !== false && image.notes.length > 0) {
      // CPUs that memory alone shows have no note.
      const noted = cpus.filter(({ source }) => source.startsWith('note')).length + kernelCpus.blank;
      const counts = `the header counts ${plural(cpuCount, 'CPU')}, the notes ${noted}${kernelCpus.blank === 0 ? '' : `, ${kernelCpus.blank} of them all zero`}`;
      // A count that the writer made from the notes can only show that notes were lost since.
      if (cpuCount !== noted) steps.push({ check: 'header and notes', passed: false, detail: counts });
      else if (image.cpuNotes === 'counted')
        steps.push({ check: 'header and notes', detail: `${counts}: makedumpfile counts the notes, so this is not a second source` });
      else steps.push({ check: 'header and notes', passed: true, detail: counts });
    }
    if (named.length > 0) {
      steps.push({
        check: 'CPU numbers',
        // Numbers of some of the sets count nothing, and one set alone agrees with nothing.
        ...(different === named.length && (unknown > 0 || named.length === 1) ? {} : { passed: different === named.length }),
        detail: `${namedBy(image.machine.arch, named)} with ${plural(different, 'distinct CPU number')}${open}`,
      });
    }
    const { findings } = kernelCpus;
    append(steps, onlineSteps(cpus, kernelCpus, crashTime !== undefined && !/qemu|virtualbox|vmware|xen/i.test(image.container.producer?.value ?? '')));
    return { ...fromSteps(steps, 'the number of CPUs'), findings };
  },
};

export const crossPrefix: Check = {
  id: 'cross-prefix',
  title: 'Prefixes of the CPUs',
  failure: 'Sources disagree about the prefix of a CPU.',
  gravity: 43,
  cost: 'headers',
  run({ image, cpus, memory, kernelCpus }) {
    if (!architectures[image.machine.arch].features.has('lowcore')) return notApplicable('prefixes exist on s390x only');
    const prefixes = cpus.flatMap((cpu) => (cpu.prefix === undefined ? [] : [cpu.prefix]));
    if (prefixes.length === 0) return notRecorded('the dump records no prefixes');
    const steps: Step[] = [
      {
        check: 'distinct',
        passed: new Set(prefixes).size === prefixes.length,
        detail: `${plural(prefixes.length, 'CPU')} with ${plural(new Set(prefixes).size, 'distinct prefix', 'distinct prefixes')}`,
      },
    ];
    let lowcores = 0;
    for (const cpu of cpus) {
      if (cpu.prefix === undefined) continue;
      const prefix = BigInt(cpu.prefix);
      const own = kernelCpus.lowcoreOf(cpu);
      if (own !== undefined && own !== prefix) {
        const detail = `its record has the prefix ${cpu.prefix}, and lowcore_ptr[${cpu.linuxCpu ?? 0}] is its lowcore ${hex(own)}`;
        steps.push({ check: cpuName(cpu, cpuNumbering(cpus)), passed: false, detail });
        continue;
      }
      // At prefix 0 lies what the hardware exchanges: that is not a lowcore of a CPU that runs.
      if (own === undefined) continue;
      const lowcore = memory.readPresent(prefix, saveArea.size);
      if (lowcore === undefined) continue;
      lowcores += 1;
      const saved = parse(saveArea, lowcore);
      // Nothing stored there says nothing: in a hypervisor's dump the registers are in the notes alone.
      if (saved.prefix === 0 && saved.psw_mask === 0n && saved.psw_addr === 0n) continue;
      steps.push({
        check: cpuName(cpu, cpuNumbering(cpus)),
        passed: BigInt(saved.prefix) === prefix,
        detail: `its save area at ${cpu.prefix} names ${hex(saved.prefix)}`,
      });
    }
    const named = steps.length - 1;
    // That they differ from one another is one source: without a lowcore there is none that it could agree with.
    if (lowcores === 0)
      return fromSteps(
        steps.map((step) => (step.passed === true ? { check: step.check, detail: step.detail } : step)),
        'the prefix',
      );
    return fromSteps(steps, 'the prefix', `${steps[0]?.detail ?? ''}; ${plural(named, 'stored status names its', 'stored statuses name their')} prefix`);
  },
};

export const crossKernelRelease: Check = {
  id: 'cross-kernel-release',
  title: 'Kernel release',
  failure: 'Sources disagree about the kernel release.',
  gravity: 40,
  cost: 'headers',
  run({ image, vmcoreinfo, utsName, vmcoreinfoChoice, attachedRelease }) {
    // Where nothing leads to a text, one that was found in memory says it.
    const { entries } = (!isFailure(vmcoreinfo) ? vmcoreinfo.value : vmcoreinfoChoice?.used?.vmcoreinfo) ?? {};
    const sources: readonly (readonly [string, string | undefined])[] = [
      ['header', image.names?.release],
      ['vmcoreinfo', entries?.get('OSRELEASE')],
      ['utsname', utsName?.release],
    ];
    const known = sources.filter((source): source is readonly [string, string] => source[1] !== undefined && source[1] !== '');
    const [first, ...others] = known;
    if (first === undefined)
      return notRecorded(
        `no kernel release is recorded${attachedRelease === undefined ? '' : `; that of the attached vmcoreinfo (${attachedRelease}) is not the dump's`}`,
      );
    const steps: Step[] = others.map(([name, release]) => ({
      check: `${first[0]} and ${name}`,
      // A text that was looked for was chosen for the names that it leads to: that they agree is not a witness.
      ...(release === first[1] && isFailure(vmcoreinfo) && first[0] === 'vmcoreinfo' ? {} : { passed: release === first[1] }),
      detail: `${first[0]} says ${first[1]}, ${name} says ${release}`,
    }));
    if (attachedRelease !== undefined)
      steps.push({
        check: `${first[0]} and the attached vmcoreinfo`,
        // It was refused where it did not agree: that it does is not a witness.
        ...(attachedRelease === first[1] ? {} : { passed: false }),
        detail: `${first[0]} says ${first[1]}, the attached vmcoreinfo, which is not part of the dump, says ${attachedRelease}`,
      });
    return fromSteps(steps, 'the kernel release');
  },
};

export const crossMemorySize: Check = {
  id: 'cross-memory-size',
  title: 'Size of memory and of crashkernel memory',
  failure: 'Sources disagree about the size of memory.',
  gravity: 46,
  cost: 'headers',
  run({ image, osInfo, memory }) {
    if (osInfo === undefined) return notApplicable('os_info exists on s390x only');
    if (!osInfoValid(osInfo)) return notRecorded('there is no os_info page that can be trusted');
    const { crashkernel_addr: base, crashkernel_size: size } = osInfo.values;
    if (base === 0n) return notRecorded('os_info records no crashkernel memory');
    const mebibyte = 1n << 20n;
    const end = base + size;
    const whole = base % mebibyte === 0n && size % mebibyte === 0n && size > 0n;
    const against = againstArea({ base, size }, machineEnd(image, memory));
    // /proc/vmcore leaves the area out; where it lies at the end of memory, the dump ends before it.
    const fits = end <= memory.end || !image.ranges.overlaps(base, end);
    return fromSteps(
      [
        { check: 'aligned', passed: whole, detail: `${hex(base)} + ${hex(size)} is ${whole ? '' : 'not '}aligned to whole MiB` },
        { check: 'inside', passed: fits && against === undefined, detail: against ?? `it ends at ${hex(end)}, the dump at ${hex(memory.end)}` },
      ],
      'the crashkernel memory',
    );
  },
};

const daySeconds = 86_400;

export const crossTime: Check = {
  id: 'cross-time',
  title: 'Times of crash and dump',
  failure: 'The recorded times contradict one another.',
  gravity: 37,
  cost: 'headers',
  run({ image, crashTime: crash, vmcoreinfoChoice }) {
    const seconds = (iso: string | undefined): number | undefined => (iso === undefined ? undefined : Date.parse(iso) / 1000);
    const start = seconds(image.times.dumpStart?.value);
    const end = seconds(image.times.dumpEnd?.value);
    const { used, others = [] } = vmcoreinfoChoice ?? {};
    const steps: Step[] = others
      .filter((other) => used !== undefined && contradictsCrashTime(other, used))
      .map(({ vmcoreinfo }) => ({
        check: 'CRASHTIME',
        passed: false,
        detail: `it is ${used?.vmcoreinfo.entries.get('CRASHTIME') ?? ''} in the ${used?.vmcoreinfo.source ?? ''}, and ${vmcoreinfo.entries.get('CRASHTIME') ?? ''} in ${vmcoreinfo.source}`,
      }));
    if (crash !== undefined && start !== undefined) {
      const late = start - Number(crash);
      steps.push({
        check: 'crash before dump',
        passed: isCrashBeforeDump(Number(crash), start),
        detail: `the dump starts ${Math.abs(late).toFixed(0)} seconds ${late < 0 ? 'before' : 'after'} the crash`,
      });
    }
    if (start !== undefined && end !== undefined) {
      steps.push({
        check: 'start before end',
        passed: end >= start && end - start < 30 * daySeconds,
        detail:
          end < start
            ? `the dump ends ${plural(Math.round(start - end), 'second')} before it starts`
            : `the dump took ${plural(Math.round(end - start), 'second')}`,
      });
    }
    if (image.times.headerTime !== undefined) steps.push({ check: 'time in the header', detail: image.times.headerTime });
    if (steps.some((step) => step.passed !== undefined)) return fromSteps(steps, 'the time');
    const recorded = [
      ...(crash === undefined ? [] : [`CRASHTIME ${crash}`]),
      ...(image.times.dumpStart === undefined ? [] : [`start of the dump ${image.times.dumpStart.value}`]),
      ...(image.times.dumpEnd === undefined ? [] : [`end of the dump ${image.times.dumpEnd.value}`]),
    ];
    const alone = recorded.length === 1 ? 'only one time is recorded' : 'the recorded times cannot be compared';
    const said = recorded.length === 0 ? 'no time is recorded' : `${alone}: ${recorded.join(', ')}`;
    return { ...notRecorded(`${said}${steps.map((step) => `; ${step.detail}`).join('')}`), steps };
  },
};
