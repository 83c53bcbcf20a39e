/**
 * What an archive of the running system (dbginfo.sh, sos report) says of it, against the dump: an independent witness, where it is of the same
 * machine (neighbours.md section 3).
 */
import type { Step } from '../../../shared/check-model.ts';
import { byteText } from '../../../shared/units.ts';
import { decodeCpuId } from '../../formats/s390-header.ts';
import type { HostFact, HostFacts } from '../../kernel/given/host-facts.ts';
import { failed, notRecorded, passed, type Check, type CheckContext } from '../check.ts';
import { channelsRow } from './host-channels.ts';
import { defined } from '../../../shared/defined.ts';
import { isFailure } from '../../../shared/result.ts';

const iso = (seconds: number): string => (Math.abs(seconds) < 8e12 ? new Date(seconds * 1000).toISOString().replace('.000Z', 'Z') : `${seconds} s`);
const inArchive = ({ value, from }: HostFact<string>): string => `"${value}" in ${from} of the archive`;

/** A row: both values with their sources, and what it proves. */
const row = (check: string, passes: boolean | undefined, detail: string): Step => ({ check, ...defined({ passed: passes }), detail });

/** Clocks that were read to the second; the log's drifts from the other by up to 50 millionths of the time that the system ran. */
const readSeconds = 5;
const driftShare = 50e-6;
/** What lies closer may be either: a clock that was set, or systems that were started one after the other. */
const nearSeconds = 300;

type Boot = 'same' | 'later' | 'other' | 'unknown';

/** Whether the archive was made during the run that ended in the dump. */
function bootOf({ bootTime }: HostFacts, { crashTime, witnesses }: CheckContext): { readonly boot: Boot; readonly step?: Step } {
  if (bootTime === undefined || crashTime === undefined) return { boot: 'unknown' };
  const crash = Number(crashTime);
  const check = 'start of the system';
  const started = `${iso(bootTime.value)} by ${bootTime.from} of the archive`;
  if (bootTime.value > crash + nearSeconds)
    return {
      boot: 'later',
      step: row(
        check,
        undefined,
        `${started}, after the crash (${iso(crash)} by CRASHTIME): the archive is from a later run, whose CPUs, memory, and modules may differ`,
      ),
    };
  if (witnesses?.uptime === undefined)
    return {
      boot: 'unknown',
      step: row(check, undefined, `${started}, before the crash (${iso(crash)} by CRASHTIME); how long the dumped system had run is not known`),
    };
  const own = crash - witnesses.uptime;
  const apart = Math.abs(own - bootTime.value);
  const isSame = apart <= readSeconds + witnesses.uptime * driftShare;
  if (!isSame && apart <= nearSeconds)
    return {
      boot: 'unknown',
      step: row(
        check,
        undefined,
        `${started}, ${iso(Math.round(own))} by CRASHTIME minus the time at the end of the log: the same run only if the clock was set between`,
      ),
    };
  return isSame
    ? {
        boot: 'same',
        step: row(
          check,
          true,
          `${started}, ${iso(Math.round(own))} by CRASHTIME minus the time at the end of the log: the archive was made during the run that ended in the dump`,
        ),
      }
    : {
        boot: 'other',
        step: row(check, undefined, `${started}, ${iso(Math.round(own))} by CRASHTIME minus the time at the end of the log: the archive is from another run`),
      };
}

/** What a system is called that nobody has named. */
const nameless: ReadonlySet<string> = new Set(['', '(none)', 'localhost', 'localhost.localdomain']);
const isName = (name: string | undefined): name is string => name !== undefined && !nameless.has(name);

/** Which machine: CPU id, then name. */
function identity(
  host: HostFacts,
  { image, utsName }: CheckContext,
  isSameRun: boolean,
): { readonly steps: readonly Step[]; readonly isSame: boolean | undefined } {
  const steps: Step[] = [];
  const { machine, nodename, lpar, guest } = host;
  const own = image.machine.cpuId === undefined ? undefined : decodeCpuId(image.machine.cpuId);
  let isSame: boolean | undefined;
  if (machine !== undefined && own !== undefined) {
    // The digit of the partition or guest, and a version of FF under z/VM, are part of what the program sees.
    const same = machine.value.type === own.machineType && machine.value.serial.slice(-5) === own.serial.toLowerCase().slice(-5);
    steps.push(
      row(
        'machine type and serial',
        same,
        `${machine.value.type} ${machine.value.serial} in ${machine.from} of the archive, ${own.machineType} ${own.serial.toLowerCase()} in the CPU id of the header: ${same ? 'the same machine; its partitions share the number' : 'another machine'}`,
      ),
    );
    if (!same) isSame = false;
  }
  const name = [utsName?.nodename, image.names?.nodename].find(isName);
  if (nodename !== undefined && name !== undefined && isName(nodename.value)) {
    const short = (text: string): string => text.split('.', 1)[0]?.toLowerCase() ?? '';
    const same = short(nodename.value) === short(name);
    // A run that began at the same second is the same one, whatever it was called then.
    const isRenamed = !same && isSameRun && isSame !== false;
    steps.push(
      row(
        'host name',
        isRenamed ? undefined : same,
        `${inArchive(nodename)}, "${name}" in ${utsName === undefined ? 'the header' : 'utsname'}: ${same ? 'the same name' : isRenamed ? 'it was renamed during the run' : isSame === undefined && steps.length > 0 ? 'another partition or guest of the same machine, or it was renamed' : 'another system, or it was renamed'}`,
      ),
    );
    if (isSame === undefined && !isRenamed) isSame = same;
  }
  const place = [lpar === undefined ? '' : `LPAR ${lpar.value}`, guest === undefined ? '' : `guest ${guest.value}`].filter((one) => one !== '');
  if (place.length > 0) steps.push(row('partition', undefined, `${place.join(', ')} in proc/sysinfo of the archive; the dump does not name its own`));
  return { steps, isSame };
}

function kernelRows({ release, version, commandLine }: HostFacts, context: CheckContext, boot: Boot): readonly Step[] {
  const { utsName, image, vmcoreinfo, witnesses } = context;
  const steps: Step[] = [];
  const ownRelease = utsName?.release ?? (!isFailure(vmcoreinfo) ? vmcoreinfo.value.entries.get('OSRELEASE') : undefined) ?? image.names?.release;
  /** What differs within one run contradicts; between two runs it may have been changed. */
  const held = (same: boolean): boolean | undefined => (same ? true : boot === 'same' ? false : undefined);
  const meaning = (same: boolean, agrees: string): string =>
    same ? agrees : boot === 'same' ? 'they contradict each other' : 'it may have been changed between the two';
  if (release !== undefined && ownRelease !== undefined) {
    const same = release.value === ownRelease;
    steps.push(row('kernel release', held(same), `${inArchive(release)}, "${ownRelease}" in the dump: ${meaning(same, 'the same kernel release')}`));
  }
  if (version !== undefined && utsName !== undefined && utsName.version !== '') {
    const same = version.value.startsWith(utsName.version) || utsName.version.startsWith(version.value);
    steps.push(row('kernel build', held(same), `${inArchive(version)}, "${utsName.version}" in utsname: ${meaning(same, 'the same build')}`));
  }
  const own = witnesses?.commandLine;
  if (commandLine !== undefined && own !== undefined) {
    const same = commandLine.value === own.value.trim();
    steps.push(
      row(
        'kernel command line',
        held(same),
        `${inArchive(commandLine)}, "${own.value.trim()}" by ${own.source}: ${meaning(same, 'started with the same parameters')}`,
      ),
    );
  }
  return steps;
}

/** What the page allocator has to give out, by both. */
function memTotalRow({ memTotal }: HostFacts, { witnesses }: CheckContext): Step | undefined {
  const own = witnesses?.memTotal;
  if (memTotal === undefined || own === undefined) return undefined;
  const check = 'MemTotal';
  const theirs = `${memTotal.value / 1024n} KiB in ${memTotal.from} of the archive`;
  if (typeof own === 'string') return row(check, undefined, `${theirs}; not compared: ${own}`);
  const apart = own.bytes - memTotal.value;
  const meaning =
    apart === 0n
      ? 'the same'
      : `${byteText(apart < 0n ? -apart : apart)} ${apart < 0n ? 'less' : 'more'} in the dump: a different kernel reserves a different amount for itself, and memory can be added and removed`;
  return row(check, apart === 0n ? true : undefined, `${theirs}, ${own.bytes / 1024n} KiB by ${own.source}: ${meaning}`);
}

function resourceRows({ onlineCpus, memory, modules }: HostFacts, context: CheckContext): readonly Step[] {
  const steps: Step[] = [];
  const { kernelCpus, cpus, image, witnesses } = context;
  if (onlineCpus !== undefined) {
    const [own, by] = kernelCpus.online === undefined ? [cpus.length, 'sets of registers in the dump'] : [kernelCpus.online.length, '__cpu_online_mask'];
    const same = onlineCpus.value === own;
    steps.push(
      row(
        'CPUs online',
        same ? true : undefined,
        `${onlineCpus.value} in ${onlineCpus.from} of the archive, ${own} by ${by}${same ? '' : ': CPUs can be set online and offline at any time'}`,
      ),
    );
  }
  if (memory !== undefined) {
    const own = image.machine.realMemory ?? image.ranges.bytes;
    const { bytes, crashkernel } = memory.value;
    const same = own === bytes || own === bytes - crashkernel;
    const less = crashkernel === 0n ? '' : ` and ${byteText(crashkernel)} for the crash kernel`;
    steps.push(
      row(
        'memory',
        same ? true : undefined,
        `${byteText(bytes)} of System RAM in ${memory.from} of the archive${less}, ${byteText(own)} described by the dump${same ? '' : ': memory can be added and removed, and a dump may leave parts out'}`,
      ),
    );
  }
  const loaded = witnesses?.modules;
  if (modules !== undefined && loaded !== undefined) {
    const [theirs, ours] = [new Set(modules.value), new Set(loaded)];
    const both = modules.value.filter((one) => ours.has(one)).length;
    const [onlyTheirs, onlyOurs] = [modules.value.filter((one) => !ours.has(one)), loaded.filter((one) => !theirs.has(one))];
    const named = (list: readonly string[]): string =>
      `${list.length}${list.length === 0 ? '' : ` (${list.slice(0, 5).join(', ')}${list.length > 5 ? ' …' : ''})`}`;
    const same = onlyTheirs.length === 0 && onlyOurs.length === 0;
    steps.push(
      row('loaded modules', same ? true : undefined, `${both} in both; only in the archive ${named(onlyTheirs)}, only in the dump ${named(onlyOurs)}`),
    );
  }
  return steps;
}

function takenRow({ taken, name }: HostFacts, { crashTime }: CheckContext): Step | undefined {
  const stamped = /^DBGINFO-(\d{4}-\d\d-\d\d)-(\d\d)-(\d\d)-(\d\d)-/i.exec(name);
  if (taken === undefined) {
    if (stamped === null) return undefined;
    return row(
      'time of the archive',
      undefined,
      `${stamped[1] ?? ''} ${stamped.slice(2).join(':')} in its name, in the host's time zone, which is not recorded`,
    );
  }
  const crash = crashTime === undefined ? '' : `, ${taken.value < Number(crashTime) ? 'before' : 'after'} the crash (${iso(Number(crashTime))} by CRASHTIME)`;
  return row('time of the archive', undefined, `${iso(taken.value)} by ${taken.from}${crash}`);
}

export const hostFactsCheck: Check = {
  id: 'host-facts',
  title: 'Attached archive of the host',
  failure: 'The attached archive is from another system, or it contradicts the dump.',
  gravity: 29,
  cost: 'headers',
  concerns: ({ hostFacts }) => hostFacts !== undefined,
  run(context) {
    const { hostFacts: host } = context;
    if (host === undefined) return notRecorded('no archive of the host is attached');
    const { boot, step } = bootOf(host, context);
    const own = context.witnesses?.commandLine?.value.trim();
    // Systems may be started in the same second: it takes the same parameters too.
    const isSameRun = boot === 'same' && own !== undefined && host.commandLine?.value === own;
    const { steps: who, isSame } = identity(host, context, isSameRun);
    const time = takenRow(host, context);
    const taken = time === undefined ? [] : [time];
    if (isSame === false) {
      const wrong = who.find((step) => step.passed === false);
      const steps = [
        ...who,
        ...taken,
        row('everything else', undefined, 'what an archive of another system says about CPUs, memory, and the kernel is ignored'),
      ];
      return failed(`${host.name} is not an archive of the dumped system: ${wrong?.check ?? ''}: ${wrong?.detail ?? ''}; it is ignored`, { steps });
    }
    const read = [memTotalRow(host, context), channelsRow(host.channels, context.witnesses?.channels)].flatMap((one) => one ?? []);
    const steps = [...who, ...taken, ...(step === undefined ? [] : [step]), ...kernelRows(host, context, boot), ...resourceRows(host, context), ...read];
    const wrong = steps.find((one) => one.passed === false);
    if (wrong !== undefined) return failed(`${host.name}: ${wrong.check}: ${wrong.detail}`, { steps });
    const agreeing = steps.filter((one) => one.passed === true).map(({ check }) => check);
    if (agreeing.length === 0) return { ...notRecorded(`${host.name}: nothing in it could be compared with the dump`), steps };
    const words = `${host.name} agrees in ${agreeing.join(', ')}`;
    const open =
      boot === 'same'
        ? ''
        : boot === 'later'
          ? '; it is from a later run'
          : boot === 'other'
            ? '; it is from another run'
            : '; nothing shows which run it is from';
    // The name of the kernel alone is that of many systems.
    if (isSame === undefined && !isSameRun) return { ...notRecorded(`${words}; nothing shows that it is of the dumped system`), steps };
    return passed(`${words}${open}`, { steps });
  },
};
