/** Whether two dumps can be compared at all, and what a person should know before comparing them. */
import type { CompareReason, CompareRemark } from '../../shared/compare-model.ts';
import type { Info } from '../../shared/model.ts';
import { byteText } from '../../shared/units.ts';
import { timeOrder, type RecordedMoment } from './time-order.ts';

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
  const moved = remark('kernel-offset', 'different kernel addresses (KERNELOFFSET)', left.vmcoreinfo?.KERNELOFFSET, right.vmcoreinfo?.KERNELOFFSET);
  // Of two different kernels that is not news.
  if (moved && reasons.length === 0) remarks.push({ kind: 'restarted', text: 'the system was restarted between the two' });
  // That nothing was recorded is not news of most containers: the window says so where the order matters.
  if (left.moments.length > 0 && right.moments.length > 0) remarks.push({ kind: 'time-order', text: timeOrder(left.moments, right.moments).text });
  return { reasons, remarks };
}
