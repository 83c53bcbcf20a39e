/** A saved log that a user gives: whether it is of the dumped boot, and the log that it makes where memory's cannot be read. */
import { defined } from '../../../shared/defined.ts';
import { proofWords, type AttachmentProof } from '../../../shared/attachment.ts';
import type { Step } from '../../../shared/check-model.ts';
import { hex } from '../../../shared/units.ts';
import type { Steps } from '../../jobs/steps.ts';
import type { Kernel } from '../kernel.ts';
import { bootOf, lastBoot, type LogBoot } from '../log/log-boot.ts';
import { compareLogs, type LogComparison } from '../log/log-comparison.ts';
import type { LogFile } from '../log/log-file.ts';
import type { LogSearch } from '../log/log-record.ts';
import { vmcoreinfoHex, vmcoreinfoNumber } from '../vmcoreinfo/vmcoreinfo.ts';
import { isFailure } from '../../../shared/result.ts';

export interface GivenLog {
  readonly name: string;
  /** What was held against the dump, in the order of how much it shows. */
  readonly steps: readonly Step[];
  /** What shows that it is of the dumped boot, or at least of its kernel. */
  readonly proof: AttachmentProof | undefined;
  /** What shows that it is not, or that it was altered: then nothing of it is used. */
  readonly contradiction?: string;
  /** Why memory's log is not read, where the file's takes its place. */
  readonly inPlaceOf?: string;
  /** Instead of memory's. */
  readonly log?: LogSearch;
}

/** What the dump calls its kernel. */
export interface KernelName {
  /** Where: "vmcoreinfo". */
  readonly by: string;
  readonly release: string | undefined;
  /** "#1 SMP …". */
  readonly version?: string | undefined;
}

const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;
const seconds = (time: bigint): string => `${time / 1_000_000_000n}.${String((time / 1000n) % 1_000_000n).padStart(6, '0')} s`;

function parts(comparison: LogComparison): string {
  const { earlier, later, leftOut, cut } = comparison;
  const more = [
    earlier.file === 0 ? '' : `${plural(earlier.file, 'earlier line')} of the file that the log in memory no longer has`,
    earlier.memory === 0 ? '' : `${plural(earlier.memory, 'line')} of memory from before the file begins`,
    later.memory === 0 ? '' : `${plural(later.memory, 'later line')} in memory`,
    later.file === 0 ? '' : `${plural(later.file, 'line')} of the file from after the end of the log in memory`,
    leftOut === 0 ? '' : `${plural(leftOut, 'line')} of memory that the file leaves out`,
    cut === 0 ? '' : `${plural(cut, 'line')} that a cut record may have held`,
  ].filter((one) => one !== '');
  return more.length === 0 ? '' : `; ${more.join('; ')}`;
}

/** The lines of both, as a step of the check. */
function lineStep(comparison: LogComparison, memoryLost: boolean): Step {
  const { outcome, equal, changed, foreign, firstChanged } = comparison;
  const check = 'lines in both logs';
  switch (outcome) {
    case 'same':
      return {
        check,
        passed: true,
        detail: `${plural(equal, 'line')} of the file are in memory at the same microsecond${foreign > 0 && memoryLost ? `; ${foreign} more where records of memory are lost` : ''}${parts(comparison)}`,
      };
    case 'other-boot':
      return {
        check,
        passed: false,
        detail: `the log in memory has ${equal === 0 ? 'none' : `only ${equal}`} of the file's lines from the time that both cover: the file is of another boot`,
      };
    case 'contradiction': {
      const first =
        firstChanged === undefined ? '' : `; the first, ${seconds(firstChanged.time)}: "${firstChanged.file}" in the file, "${firstChanged.memory}" in memory`;
      const words = [
        changed.file === 0 ? '' : `${plural(changed.file, 'line')} of the file and ${changed.memory} of memory contradict each other${first}`,
        foreign === 0 ? '' : `${plural(foreign, 'line')} of the file are not in memory, whose log was read whole there`,
      ].filter((one) => one !== '');
      return { check, passed: false, detail: `${words.join('; ')}; ${plural(equal, 'line')} agree${parts(comparison)}` };
    }
    case 'apart':
      return { check, detail: `the two logs have too few lines of the same period to tell${parts(comparison)}` };
  }
}

function releaseStep(boot: LogBoot, names: readonly KernelName[]): Step | undefined {
  if (boot.release === undefined || boot.banner === undefined) return undefined;
  const { by, release } = names.find((one) => one.release !== undefined && one.release !== '') ?? {};
  const check = 'kernel release';
  if (release === undefined || by === undefined) return { check, detail: `${boot.release} in the file; the dump does not name its release` };
  if (release !== boot.release) return { check, passed: false, detail: `${boot.release} in the file, ${release} in ${by}` };
  const named = names.find(({ version }) => version !== undefined && version !== '');
  if (named?.version === undefined) return { check, passed: true, detail: `${release}, as ${by} has it` };
  // utsname holds 64 characters of it, and a record of the log may be cut.
  const built = boot.banner.slice(Math.max(0, boot.banner.lastIndexOf(' #') + 1));
  return built.startsWith(named.version) || (built.startsWith('#') && named.version.startsWith(built))
    ? { check, passed: true, detail: `${release} ${named.version}, as ${named.by} has it` }
    : { check, passed: false, detail: `the banner in the file is "${boot.banner}", ${named.by} has the version "${named.version}"` };
}

/** Another boot of the same kernel lies elsewhere, where KASLR places it. */
function offsetStep({ kernelOffset }: LogBoot, kernel: Kernel): Step | undefined {
  const recorded = vmcoreinfoHex(kernel.vmcoreinfo, 'KERNELOFFSET');
  if (kernelOffset === undefined || recorded === undefined) return undefined;
  const passed = kernelOffset === recorded;
  return {
    check: 'place of the kernel',
    passed,
    detail: passed
      ? `Kernel Offset ${hex(recorded)}, as KERNELOFFSET of vmcoreinfo has it`
      : `Kernel Offset ${hex(kernelOffset)} in the file, KERNELOFFSET ${hex(recorded)} in vmcoreinfo: another boot`,
  };
}

/** Clocks of PCs hold any zone's time; a day and more is another crash. */
const closeSeconds = 300;
const farSeconds = 26 * 3600;

function timeStep({ start, panic }: LogBoot, kernel: Kernel): Step | undefined {
  const recorded = vmcoreinfoNumber(kernel.vmcoreinfo, 'CRASHTIME');
  if (start === undefined || panic === undefined || recorded === undefined || recorded <= 0n) return undefined;
  const inFile = start + Number(panic / 1_000_000_000n);
  const apart = Math.abs(inFile - Number(recorded));
  const check = 'time of the crash';
  const iso = (value: number): string => (Math.abs(value) < 8e12 ? new Date(value * 1000).toISOString().replace('.000Z', 'Z') : String(value));
  const words = `${iso(inFile)} by the clock in the file, ${iso(Number(recorded))} by CRASHTIME`;
  if (apart <= closeSeconds) return { check, passed: true, detail: words };
  return apart > farSeconds ? { check, passed: false, detail: `${words}: another crash` } : { check, detail: `${words}; the clock may have been set between` };
}

/**
 * @param kernel whose own log has been read
 * @param names the best first
 * @param needsProof nothing is used of it where nothing shows that it belongs here
 */
export function* judgeLogFile(file: LogFile, kernel: Kernel, names: readonly KernelName[], needsProof = false): Steps<GivenLog> {
  const own = kernel.log;
  const records = lastBoot(file.records);
  const boot = bootOf(records);
  const isRead = !isFailure(own) && own.value.records.length > 0;
  const lost = !isFailure(own) && own.value.lost > 0;
  const compared = isRead ? yield* compareLogs(records, own.value.records, lost) : undefined;
  const lines: Step | undefined =
    compared === undefined
      ? { check: 'lines in both logs', detail: `the log in memory cannot be compared: ${!isFailure(own) ? 'it has no record' : own.missing.why}` }
      : file.timed === 0
        ? { check: 'lines in both logs', detail: 'the file has no times since boot, so that nothing shows which boot its lines are of' }
        : lineStep(compared, lost);
  const whole: Step | undefined =
    file.damaged === 0 && file.cutWhy === undefined
      ? undefined
      : {
          check: 'the file itself',
          detail: [file.damaged === 0 ? undefined : `${plural(file.damaged, 'line')} with bytes that are not text, or too long`, file.cutWhy]
            .filter((one) => one !== undefined)
            .join('; '),
        };
  const starts = file.records.length === records.length ? undefined : { check: 'starts in the file', detail: 'it holds several starts: the last one is used' };
  const steps: readonly Step[] = [lines, offsetStep(boot, kernel), timeStep(boot, kernel), releaseStep(boot, names), starts, whole].filter(
    (one) => one !== undefined,
  );
  const wrong = steps.find(({ passed }) => passed === false);
  const hasPassed = (check: string): boolean => steps.some((one) => one.check === check && one.passed === true);
  const proof: AttachmentProof | undefined = hasPassed('lines in both logs')
    ? 'log'
    : hasPassed('place of the kernel')
      ? 'kernel-offset'
      : hasPassed('kernel release')
        ? 'release'
        : undefined;
  const result: GivenLog = {
    name: file.name,
    steps,
    proof: wrong === undefined ? proof : undefined,
    ...(wrong === undefined ? {} : { contradiction: `${wrong.check}: ${wrong.detail}` }),
  };
  if (wrong !== undefined || isRead || (needsProof && proof === undefined)) return result;
  const why = !isFailure(own) ? 'it has no record' : own.missing.why;
  const lostWhy = file.cutWhy;
  return {
    ...result,
    inPlaceOf: why,
    log: {
      value: {
        records,
        source: `the file ${file.name}, not memory`,
        lost: lostWhy === undefined ? 0 : 1,
        ...defined({ lostWhy }),
        file: {
          name: file.name,
          why,
          shown:
            proof === undefined
              ? 'nothing shows that it is of the dumped system'
              : `it ${proofWords[proof]}${proof === 'release' ? ', which does not show which boot it is of' : ''}`,
        },
      },
    },
  };
}
