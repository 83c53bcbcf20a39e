/** Whether two dumps can be compared at all, and what a person should know before comparing them. */
import type { CompareReason, CompareRemark } from '../../shared/compare-model.ts';
import type { Info } from '../../shared/model.ts';
import { byteText } from '../../shared/units.ts';

export interface ComparedDump {
  readonly info: Info;
  readonly vmcoreinfo: Readonly<Record<string, string>> | undefined;
  /** The latest moment that the dump knows of, and where it was found. */
  readonly moment: { readonly iso: string; readonly source: string } | undefined;
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
  const order = timeOrder(left.moment, right.moment);
  if (order !== undefined) remarks.push({ kind: 'time-order', text: order });
  return { reasons, remarks };
}

function timeOrder(left: ComparedDump['moment'], right: ComparedDump['moment']): string | undefined {
  if (left === undefined || right === undefined) return undefined;
  const apart = microseconds(right.iso) - microseconds(left.iso);
  const source = left.source === right.source ? left.source : `${left.source}, ${right.source}`;
  if (apart === 0n) return `both of one moment (${source})`;
  return `the right dump was taken ${apartText(apart < 0n ? -apart : apart)} ${apart < 0n ? 'earlier' : 'later'} (${source})`;
}

/** Microseconds since 1970 of an ISO time with any number of digits behind the second. */
function microseconds(iso: string): bigint {
  const match = /^(.*:\d\d)(?:\.(\d+))?Z$/.exec(iso);
  const seconds = BigInt(Math.floor(Date.parse(`${match?.[1] ?? iso}Z`) / 1000));
  return seconds * 1_000_000n + BigInt((match?.[2] ?? '').slice(0, 6).padEnd(6, '0'));
}

function apartText(apart: bigint): string {
  const seconds = Number(apart) / 1e6;
  if (seconds < 120) return `${seconds.toFixed(seconds < 10 ? 3 : 1)} s`;
  const [days, hours, minutes] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  if (days > 0) return `${days} d ${hours} h`;
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${Math.floor(seconds % 60)} s`;
}
