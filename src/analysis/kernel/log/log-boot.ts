/**
 * Which boot a saved log is of, by what its lines say of it: the banner of the kernel (init/version.c), where KASLR put it
 * (dump_kernel_offset() of arch/x86 and arch/arm64), when a clock was set (drivers/rtc/class.c).
 */
import type { LogRecord } from './log-record.ts';

export interface LogBoot {
  /** "Linux version 6.1.0 (…) #1 SMP …". */
  readonly banner?: string;
  readonly release?: string;
  /** Bytes by which the kernel was moved; 0 where it says that it was not. */
  readonly kernelOffset?: bigint;
  /** Seconds since 1970 at time 0 of the log, by the clock that it says it was set from. */
  readonly start?: number;
  readonly commandLine?: string;
  /** Time of its last panic line, in nanoseconds. */
  readonly panic?: bigint;
  /** Time of its last line. */
  readonly end?: bigint;
}

const bannerLine = /^Linux version (\S+) /;
const offsetLine = /^Kernel Offset: (?:(disabled)|0x([0-9a-f]{1,16}) from 0x[0-9a-f]+)/;
const clockLine = /setting system clock to \S+(?: \S+)? (?:UTC )?\((\d{8,11})\)/;
const commandLine = /^Kernel command line: (.*)/;
const second = 1_000_000_000n;
/** Lines of a start come first; a log is not looked through to its end for them. */
const ofStart = 20_000;

/** A file may hold several starts, one after the other: the last one counts. */
export function lastBoot(records: readonly LogRecord[]): readonly LogRecord[] {
  const at = records.findLastIndex(({ text }) => bannerLine.test(text));
  return at <= 0 ? records : records.slice(at);
}

/** @param records of one boot */
export function bootOf(records: readonly LogRecord[]): LogBoot {
  let boot: LogBoot = {};
  for (const [index, { text, time, cut }] of records.entries()) {
    if (cut === true) continue;
    const offset = offsetLine.exec(text);
    if (offset !== null) boot = { ...boot, kernelOffset: BigInt(offset[1] === undefined ? `0x${offset[2] ?? '0'}` : 0) };
    if (text.startsWith('Kernel panic - not syncing') && time !== undefined) boot = { ...boot, panic: time };
    if (index >= ofStart) continue;
    const line = text.split('\n', 1)[0] ?? '';
    const release = bannerLine.exec(line)?.[1];
    if (release !== undefined && boot.banner === undefined) boot = { ...boot, banner: line, release };
    const clock = clockLine.exec(line)?.[1];
    if (clock !== undefined && time !== undefined) boot = { ...boot, start: Number(clock) - Number(time / second) };
    const words = commandLine.exec(line)?.[1];
    if (words !== undefined && boot.commandLine === undefined) boot = { ...boot, commandLine: words };
  }
  const end = records.findLast(({ time }) => time !== undefined)?.time;
  return end === undefined ? boot : { ...boot, end };
}
