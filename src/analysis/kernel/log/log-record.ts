/** A line of the kernel's log, whichever way the kernel kept it. */
import { isAscii } from 'node:buffer';
import { isFailure, type Result } from '../../../shared/result.ts';

export interface LogRecord {
  /** Number since boot, where the kernel keeps one. */
  readonly sequence?: bigint;
  /** Nanoseconds since boot; absent in logs of before 3.5 that carry none, and where a record has what is not a time. */
  readonly time?: bigint;
  /** 0 emergency to 7 debug; absent where the log does not say. */
  readonly level?: number;
  /** 0 kernel, 1 user, ...: syslog(3). */
  readonly facility?: number;
  /** Thread id, or CPU number with bit 31 set. */
  readonly caller?: number;
  readonly text: string;
  /** The record continues in the next one, or continues the one before: pr_cont. */
  readonly continued?: boolean;
  /** Bytes of it are not in the dump or were overwritten: the text ends early. */
  readonly cut?: boolean;
  /** Records between the one before and this one that cannot be read. */
  readonly lostBefore?: number;
  readonly subsystem?: string;
  readonly device?: string;
}

/** A log that was saved as text, in place of memory's. */
export interface LogOfFile {
  readonly name: string;
  /** Why memory's is not read. */
  readonly why: string;
  /** What shows that it is of the dumped system, or that nothing does. */
  readonly shown: string;
}

/** "kernel log", and of one from a file whose it is. */
export const logName = (file: LogOfFile | undefined): string =>
  file === undefined ? 'kernel log' : `kernel log (from the file ${file.name}, not from memory)`;

export interface KernelLog {
  readonly records: readonly LogRecord[];
  /** Kind of buffer and where it was found. */
  readonly source: string;
  /** Records that are in the buffer's books but cannot be read, and why the first cannot. */
  readonly lost: number;
  readonly lostWhy?: string;
  /** It is from a file that the user gave, since memory's cannot be read: whose name goes with all that is said by it. */
  readonly file?: LogOfFile;
}

export type LogSearch = Result<KernelLog>;

/** 100 years: no machine has run for as long. */
const longestRun = 100n * 365n * 86_400n * 1_000_000_000n;

/** Nanoseconds since boot; undefined for a number that is no such time, so that nothing is said to have happened then. */
export const timeSinceBoot = (nanoseconds: bigint): bigint | undefined => (nanoseconds < longestRun ? nanoseconds : undefined);

/** When the log in memory ends, in nanoseconds since boot: the time of its last line that has one. A file may end at any time. */
export const logEnd = (log: LogSearch): bigint | undefined =>
  !isFailure(log) && log.value.file === undefined ? log.value.records.findLast(({ time }) => time !== undefined)?.time : undefined;

/** Most records that are read: a log of 32 MiB of short lines. */
export const maxRecords = 1_000_000;

/** Characters of all records together: what a damaged log can take of memory. The text of records does not overlap, so no sound log has more. */
export const maxLogText = 64 * 1024 * 1024;

/** flags and level share a byte; which bits are whose depends on the byte order (bit-fields of struct printk_info). */
export const flagsAndLevel = (byte: number, endian: 'big' | 'little'): { readonly flags: number; readonly level: number } =>
  endian === 'big' ? { flags: byte >> 3, level: byte & 7 } : { flags: byte & 0x1f, level: byte >> 5 };

/** LOG_CONT: text is a fragment of a continuation line (include/linux/printk.h, kernel/printk/printk.c). */
export const continuationFlag = 8;

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Bytes that are decoded at once where they are not UTF-8. */
const chunkBytes = 4096;

/** Text as UTF-8; a byte that is none appears as \xNN. */
export function logText(bytes: Uint8Array): string {
  if (isAscii(bytes)) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  try {
    return decoder.decode(bytes);
  } catch {
    let text = '';
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      const chunk = bytes.subarray(at, at + chunkBytes);
      text += Array.from(chunk, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16)}`)).join('');
    }
    return text;
  }
}
