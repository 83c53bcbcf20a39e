/** Whether two dumps can be compared at all, and what a person should know before comparing them. */
import type { CompareReason, CompareRemark } from '../../shared/compare-model.ts';
import type { Info } from '../../shared/model.ts';
import { byteText } from '../../shared/units.ts';

export interface RecordedMoment {
  readonly clock: 'lowcore' | 'dump-start' | 'crash';
  /** Whose lowcore it is from: another CPU looked at the clock at another moment. */
  readonly cpu?: number;
  readonly iso: string;
}

const clockNames: Readonly<Record<RecordedMoment['clock'], string>> = {
  lowcore: 'last_update_clock of the lowcores',
  'dump-start': 'start of the dump',
  crash: 'time of the crash',
};

export interface ComparedDump {
  readonly info: Info;
  readonly vmcoreinfo: Readonly<Record<string, string>> | undefined;
  /** The moments that the dump knows of, those of the finest clock first, and of one clock the latest first. */
  readonly moments: readonly RecordedMoment[];
}

/** `reasons` say why page for page the two have little to do with each other, `remarks` hinder nothing. */
export interface Comparability {
  readonly reasons: readonly CompareReason[];
  readonly remarks: readonly CompareRemark[];
}

/** Two sizes may well be rounded to the same text. */
const sizeText = (bytes: number): string => `${byteText(bytes)} (${bytes} bytes)`;

export function comparability(left: ComparedDump, right: ComparedDump): Comparability {
  const reasons: CompareReason[] = [];
  const remarks: CompareRemark[] = [];
  type Value = string | number | undefined;
  /** A fact that only one of them knows says nothing. */
  const differ = (one: Value, other: Value): boolean => one !== undefined && other !== undefined && one !== other;
  const reason = (kind: CompareReason['kind'], one: Value, other: Value): boolean => {
    if (differ(one, other)) reasons.push({ kind, left: String(one), right: String(other) });
    return differ(one, other);
  };
  const remark = (kind: CompareRemark['kind'], what: string, one: Value, other: Value): boolean => {
    if (differ(one, other)) remarks.push({ kind, text: `${what}: ${one ?? ''} and ${other ?? ''}` });
    return differ(one, other);
  };
  const [l, r] = [left.info, right.info];
  reason('architecture', l.machine.arch, r.machine.arch);
  reason('byte-order', l.machine.endianness, r.machine.endianness);
  reason('word-size', l.machine.bits, r.machine.bits);
  reason('page-size', l.machine.pageSize, r.machine.pageSize);
  reason('machine-type', l.machine.machineType, r.machine.machineType);
  reason('serial', l.machine.serial, r.machine.serial);
  const otherRelease = reason('release', l.kernel.release, r.kernel.release);
  if (!otherRelease) reason('build', l.kernel.version, r.kernel.version);
  reason('build-id', left.vmcoreinfo?.['BUILD-ID'], right.vmcoreinfo?.['BUILD-ID']);

  remark('host-name', 'different host names', l.kernel.nodename, r.kernel.nodename);
  remark('memory-size', 'different memory sizes', sizeText(l.memory.bytes), sizeText(r.memory.bytes));
  remark('cpu-count', 'different numbers of CPUs', l.machine.cpuCount, r.machine.cpuCount);
  const moved = remark('kernel-offset', 'the kernel lies elsewhere (KERNELOFFSET)', left.vmcoreinfo?.KERNELOFFSET, right.vmcoreinfo?.KERNELOFFSET);
  // Of two different kernels that is no news.
  if (moved && reasons.length === 0) remarks.push({ kind: 'restarted', text: 'the system was started anew between the two' });
  const order = timeOrder(left.moments, right.moments);
  if (order !== undefined) remarks.push({ kind: 'time-order', text: order });
  return { reasons, remarks };
}

/** Two clocks differ by what nobody recorded, so moments are only compared where one clock gave both. */
function timeOrder(left: ComparedDump['moments'], right: ComparedDump['moments']): string | undefined {
  const [one, other] = [left[0], right[0]];
  if (one === undefined || other === undefined) return undefined;
  const shared = (from: readonly RecordedMoment[], others: readonly RecordedMoment[]): RecordedMoment | undefined =>
    from.find(({ clock, cpu }) => others.some((moment) => moment.clock === clock && moment.cpu === cpu));
  const [ours, theirs] = [shared(left, right), shared(right, left)];
  if (ours !== undefined && theirs?.clock === ours.clock) return orderText(ours.clock, microseconds(theirs.iso) - microseconds(ours.iso));
  const why =
    one.clock === other.clock
      ? `${clockNames[one.clock]} is known of different CPUs`
      : `they record moments of different clocks (${clockNames[one.clock]}, ${clockNames[other.clock]})`;
  return `which of the two was taken first cannot be said: ${why}`;
}

function orderText(clock: RecordedMoment['clock'], apart: bigint): string {
  const length = apartText(apart < 0n ? -apart : apart, clock === 'crash');
  const direction = apart < 0n ? 'earlier' : 'later';
  // A crash that is the same says nothing of when each dump was taken.
  if (clock === 'crash') return apart === 0n ? 'both record the same time of the crash' : `the crash of the right dump was ${length} ${direction}`;
  return apart === 0n ? `both of one moment (${clockNames[clock]})` : `the right dump was taken ${length} ${direction} (${clockNames[clock]})`;
}

/** Microseconds since 1970 of an ISO time with any number of digits behind the second. */
function microseconds(iso: string): bigint {
  const match = /^(.*:\d\d)(?:\.(\d+))?Z$/.exec(iso);
  const seconds = BigInt(Math.floor(Date.parse(`${match?.[1] ?? iso}Z`) / 1000));
  return seconds * 1_000_000n + BigInt((match?.[2] ?? '').slice(0, 6).padEnd(6, '0'));
}

function apartText(apart: bigint, wholeSeconds: boolean): string {
  const seconds = Number(apart) / 1e6;
  // CRASHTIME has no fraction.
  if (wholeSeconds && seconds < 120) return `${seconds.toFixed(0)} s`;
  if (seconds < 120) return `${seconds.toFixed(seconds < 10 ? 3 : 1)} s`;
  const [days, hours, minutes] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  if (days > 0) return `${days} d ${hours} h`;
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${Math.floor(seconds % 60)} s`;
}
