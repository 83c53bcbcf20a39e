/** What an integrity check is. It reads through the one reader and returns a verdict with its evidence; it never prints. */
import type { CheckDepth, CheckResult, EvidenceKind, Step, Verdict } from '../../shared/check-model.ts';
import type { CpuJson } from '../../shared/cpu-model.ts';
import { defined } from '../../shared/defined.ts';
import type { Finding } from '../../shared/model.ts';
import type { Remedy } from '../../shared/remedy.ts';
import type { KdumpGuard } from '../arch/s390x/kdump-guard.ts';
import type { OsInfoSearch } from '../arch/s390x/os-info.ts';
import type { DumpImage } from '../formats/dump-format.ts';
import type { DumpLog } from '../kernel/given/dump-log.ts';
import type { HostFacts } from '../kernel/given/host-facts.ts';
import type { ChannelDevice } from '../kernel/given/lscss.ts';
import type { SourcedText } from '../kernel/facts/kernel-facts.ts';
import type { GivenLog } from '../kernel/given/given-log.ts';
import type { UtsName } from '../kernel/vmcoreinfo/uts-name.ts';
import type { JudgedVmcoreinfo } from '../kernel/vmcoreinfo/vmcoreinfo-fit.ts';
import type { VmcoreinfoSearch } from '../kernel/vmcoreinfo/vmcoreinfo.ts';
import type { MemoryReader } from '../memory/reader.ts';
import type { FileFault } from '../source/byte-source.ts';
import type { Evidence } from './evidence.ts';

type Place = NonNullable<CheckResult['ranges']>[number];

export interface KernelCpuFacts {
  /** CPUs that the kernel knows and the dump records nothing of. */
  readonly absent: readonly CpuJson[];
  /** Records that hold zeros only; they are not among the CPUs. */
  readonly blank: number;
  /** Linux numbers of those that ran; undefined where no symbol leads to the mask. */
  readonly online: readonly number[] | undefined;
  /** Linux numbers of those that are there, whether they ran or not. */
  readonly present: readonly number[] | undefined;
  /** Absolute address of a CPU's own lowcore; undefined where nothing leads to it, as for a prefix of 0 that no CPU that runs has. */
  readonly lowcoreOf: (cpu: CpuJson) => bigint | undefined;
  /** Contradictions about which CPU is which, CPUs that ran and have no registers. */
  readonly findings: readonly Finding[];
}

/** What the kernel says of itself next to its names. */
export interface KernelWitnessFacts {
  readonly commandLine?: SourcedText;
  readonly modules?: readonly string[];
  /** Seconds from the start of the system to the end of its log. */
  readonly uptime?: number;
  /** I/O subchannels and CCW devices, with what is missing where they are not all; or why there are none. Read for an archive with such a list alone. */
  readonly channels?: { readonly devices: readonly ChannelDevice[]; readonly gap?: string } | string;
  /** Bytes that the page allocator manages, or why that is not known. Read for an archive with a MemTotal alone. */
  readonly memTotal?: { readonly bytes: bigint; readonly source: string } | string;
}

export interface CheckContext {
  readonly image: DumpImage;
  readonly memory: MemoryReader;
  /** Undefined on other architectures than s390x. */
  readonly osInfo: OsInfoSearch | undefined;
  readonly vmcoreinfo: VmcoreinfoSearch;
  /** Which text is used where memory contradicts the dump's own, and what the others are. */
  readonly vmcoreinfoChoice?: { readonly used: JudgedVmcoreinfo | undefined; readonly others: readonly JudgedVmcoreinfo[] };
  /** The release that an attached text of vmcoreinfo names. */
  readonly attachedRelease?: string | undefined;
  /** CRASHTIME of the text that is used. */
  readonly crashTime?: bigint | undefined;
  readonly utsName: UtsName | undefined;
  /** Those whose registers, or part of them, the dump records. */
  readonly cpus: readonly CpuJson[];
  /** What the kernel's own data says of CPUs besides. */
  readonly kernelCpus: KernelCpuFacts;
  /** Reads the crashkernel memory, once for all who ask. Undefined on other architectures than s390x. */
  readonly kdumpGuard: ((signal: AbortSignal) => Promise<KdumpGuard>) | undefined;
  /** What shows that kdump has started; undefined when nothing does. */
  readonly kdumpStarted?: string | undefined;
  /** What the user brought along: manifest, attestation, healthy images. */
  readonly evidence: Evidence;
  /** What an archive of the running system says of it, which the user attached; and what of the kernel it is held against. */
  readonly hostFacts?: HostFacts | undefined;
  readonly witnesses?: KernelWitnessFacts | undefined;
  /** What the tool that wrote the dump said of it, by a log that the user attached. */
  readonly dumpLog?: DumpLog | undefined;
  /** A saved kernel log that the user attached, held against the dump. */
  readonly givenLog?: GivenLog | undefined;
  /** What of the dump's files their disk did not give so far. */
  readonly faults?: () => readonly FileFault[];
  readonly signal: AbortSignal;
}

export interface CheckOutcome {
  readonly verdict: Verdict;
  readonly detail: string;
  /** Instead of the check's own; `none` where that would not help. */
  readonly remedy?: Remedy | 'none';
  /** Instead of the check's own, where something else failed than usual. */
  readonly failure?: string;
  readonly recorded?: string;
  readonly computed?: string;
  /** The bytes that the check covers, or on failure the bytes that are wrong. */
  readonly ranges?: readonly Place[];
  readonly steps?: readonly Step[];
  readonly findings?: readonly Finding[];
}

export interface Check {
  readonly id: string;
  /** What is checked, as a noun phrase: "Container completeness" reads right under any verdict. */
  readonly title: string;
  /** What it means that the check failed, as a sentence. */
  readonly failure: string;
  /** How much of the rest depends on it, up to 100: of several failures the gravest is reported first. No two checks share one. */
  readonly gravity: number;
  /** What a person can do where it failed. */
  readonly remedy?: Remedy;
  readonly cost: CheckDepth;
  /** What a person must bring along, or there is nothing that it could compare with. */
  readonly needs?: readonly EvidenceKind[];
  /** What a person can bring along, so that it finds out more. */
  readonly uses?: readonly EvidenceKind[];
  /** What its bytes are, where they are of one structure: names damage in the damage map. */
  readonly structure?: string;
  /** A checksum that the dump recorded covers every byte of its ranges: no flipped bit in them passes. */
  readonly vouches?: true;
  /** Why the check does not concern a container, or a dump that a started kdump left, told without reading anything; then a triage need not say that it was not run. */
  readonly inapplicable?: (image: DumpImage, kdumpStarted?: string) => string | undefined;
  /** False where the check is not listed at all: it is about the way in which a dump lies on disk, and this one lies otherwise. */
  readonly concerns?: (context: CheckContext) => boolean;
  run(context: CheckContext): CheckOutcome | Promise<CheckOutcome>;
}

export const passed = (detail: string, more: Omit<CheckOutcome, 'verdict' | 'detail'> = {}): CheckOutcome => ({ verdict: 'passed', detail, ...more });
export const failed = (detail: string, more: Omit<CheckOutcome, 'verdict' | 'detail'> = {}): CheckOutcome => ({ verdict: 'failed', detail, ...more });
export const notRecorded = (detail: string, remedy?: Remedy): CheckOutcome => ({
  verdict: 'not-recorded',
  detail,
  ...defined({ remedy }),
});
export const notApplicable = (detail: string): CheckOutcome => ({ verdict: 'not-applicable', detail });
export const unreadable = (detail: string, remedy?: Remedy): CheckOutcome => ({ verdict: 'unreadable', detail, ...defined({ remedy }) });
