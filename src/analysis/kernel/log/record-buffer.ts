/**
 * The record buffer of Linux 3.5 to 5.9 (vmcoreinfo-kallsyms-btf.md section 2.2; kernel/printk/printk.c of 5.4): records one after
 * the other in a ring of bytes, each with its length. Proven on described systems only.
 */
import { defined } from '../../../shared/defined.ts';
import { hex } from '../../../shared/units.ts';
import { stepTurns, type Steps } from '../../jobs/steps.ts';
import type { KernelMemory } from '../memory/kernel-memory.ts';
import { zeroPage } from '../memory/zero-page.ts';
import { vmcoreinfoHex, vmcoreinfoNumber, type Vmcoreinfo } from '../vmcoreinfo/vmcoreinfo.ts';
import { continuationFlag, flagsAndLevel, logText, maxLogText, maxRecords, type LogRecord, type LogSearch } from './log-record.ts';
import { failed, isFailure, type Result } from '../../../shared/result.ts';

const maxBuffer = 2 ** 31;
/** struct printk_log without CONFIG_PRINTK_CALLER; keys of vmcoreinfo win. `log` was its name in the first versions. */
const defaults = { ts_nsec: 0, len: 8, text_len: 10, dict_len: 12 } as const;
/** After dict_len: facility, then flags and level. */
const facilityAfterDict = 2n;
const levelAfterDict = 3n;

interface Layout {
  readonly size: number;
  readonly time: bigint;
  readonly length: bigint;
  readonly textLength: bigint;
  readonly dictLength: bigint;
  readonly caller: bigint | undefined;
}

function readLayout(vmcoreinfo: Vmcoreinfo): Layout | undefined {
  const name = ['printk_log', 'log'].find((one) => vmcoreinfoNumber(vmcoreinfo, `SIZE(${one})`) !== undefined);
  if (name === undefined) return undefined;
  const size = Number(vmcoreinfoNumber(vmcoreinfo, `SIZE(${name})`));
  const at = (field: keyof typeof defaults): bigint => vmcoreinfoNumber(vmcoreinfo, `OFFSET(${name}.${field})`) ?? BigInt(defaults[field]);
  const layout = {
    size,
    time: at('ts_nsec'),
    length: at('len'),
    textLength: at('text_len'),
    dictLength: at('dict_len'),
    caller: vmcoreinfoNumber(vmcoreinfo, `OFFSET(${name}.caller_id)`),
  };
  const fields = [layout.time + 8n, layout.length + 2n, layout.textLength + 2n, layout.dictLength + 4n, (layout.caller ?? 0n) + 4n];
  return size >= 16 && size <= 64 && fields.every((end) => end >= 2n && end <= BigInt(size)) ? layout : undefined;
}

/** KEY=value strings after the text: SUBSYSTEM and DEVICE. */
function dictionary(text: string): { readonly subsystem?: string; readonly device?: string } {
  const entries = new Map(text.split('\0').map((line) => line.split('=', 2) as [string, string | undefined]));
  const subsystem = entries.get('SUBSYSTEM');
  const device = entries.get('DEVICE');
  return defined({ subsystem, device });
}

export function* readRecordBuffer(memory: KernelMemory, vmcoreinfo: Vmcoreinfo): Steps<LogSearch> {
  const not = (why: string): LogSearch => failed('the kernel log', `log_buf records: ${why}`);
  const known = readLayout(vmcoreinfo);
  if (known === undefined) return not('vmcoreinfo does not give a usable layout of printk_log');
  const layout: Layout = known;
  const symbol = (name: string): bigint | undefined => vmcoreinfoHex(vmcoreinfo, `SYMBOL(${name})`);
  const places = ['log_buf', 'log_buf_len', 'log_first_idx', 'log_next_idx'].map(symbol);
  const [bufferAt, lengthAt, firstAt, nextAt] = places;
  if (bufferAt === undefined || lengthAt === undefined || firstAt === undefined || nextAt === undefined) return not('vmcoreinfo does not name its variables');
  const buffer = memory.pointer(bufferAt);
  const size = memory.u32(lengthAt);
  const first = memory.u32(firstAt);
  const next = memory.u32(nextAt);
  if (buffer === undefined || size === undefined || first === undefined || next === undefined)
    return not([bufferAt, lengthAt, firstAt, nextAt].map((at) => memory.absence(at, 4)?.detail).find((why) => why !== undefined) ?? 'it cannot be read');
  if (buffer === 0n || size < 1024 || size > maxBuffer || first >= size || next > size)
    return not(`log_buf_len is ${size}, the first index ${first}, the next ${next}: no buffer`);

  const isLost = (address: bigint, length: number): boolean => zeroPage(memory, address, length) !== undefined;
  const records: LogRecord[] = [];
  let lostWhy: string | undefined;
  let textBytes = 0;
  let index = first;
  // Whether what is left lies before the end of the ring. An empty buffer has first = next.
  let isWrapped = first <= next;
  for (let turn = 0; index !== next && records.length < maxRecords; turn += 1) {
    if (turn % stepTurns === stepTurns - 1) yield;
    if (isWrapped && index > next) {
      lostWhy = `the record before ${hex(buffer + BigInt(index))} runs past the newest`;
      break;
    }
    const at = buffer + BigInt(index);
    const length = index + layout.size > size ? 0 : memory.u16(at + layout.length);
    if (length === undefined || isLost(at, layout.size)) {
      lostWhy = memory.absence(at, layout.size)?.detail ?? `the record at ${hex(at)} lies in a page of zeros`;
      break;
    }
    if (length === 0) {
      if (isWrapped) {
        lostWhy = `the record at ${hex(at)} has no length`;
        break;
      }
      isWrapped = true;
      index = 0;
      continue;
    }
    const read = recordAt(at, length);
    if (isFailure(read)) {
      lostWhy = read.missing.why;
      break;
    }
    const record = read.value;
    records.push(record);
    textBytes += record.text.length;
    if (textBytes > maxLogText) {
      lostWhy = `its records have more text than ${maxLogText} bytes`;
      break;
    }
    index += length;
    if (index === size && index !== next) {
      isWrapped = true;
      index = 0;
    }
  }
  if (records.length === 0 && lostWhy !== undefined) return not(lostWhy);
  return {
    value: {
      records,
      source: `log_buf at ${hex(buffer)}, ${size} bytes of records`,
      lost: lostWhy === undefined ? 0 : 1,
      ...defined({ lostWhy }),
    },
  };

  function recordAt(at: bigint, length: number): Result<LogRecord> {
    const { size: headerBytes, time, textLength, dictLength, caller } = layout;
    const textBytes = memory.u16(at + textLength) ?? 0;
    const dictBytes = memory.u16(at + dictLength) ?? 0;
    const facility = memory.u8(at + dictLength + facilityAfterDict);
    const byte = memory.u8(at + dictLength + levelAfterDict) ?? 0;
    const nanoseconds = memory.u64(at + time);
    if (length < headerBytes || headerBytes + textBytes + dictBytes > length || nanoseconds === undefined || facility === undefined)
      return failed('the kernel log', `the record at ${hex(at)} claims ${length} bytes with ${textBytes} of text and ${dictBytes} of dictionary`);
    const start = at + BigInt(headerBytes);
    const read = memory.partial(start, textBytes);
    const present = read.absences[0] === undefined ? textBytes : Number(read.absences[0].address - start);
    const nul = read.bytes.indexOf(0);
    const isCut = present < textBytes || (nul !== -1 && isLost(start + BigInt(nul), 1));
    const { flags, level } = flagsAndLevel(byte, memory.endian);
    const dict = memory.bytes(start + BigInt(textBytes), dictBytes);
    const id = caller === undefined ? undefined : memory.u32(at + caller);
    return {
      value: {
        time: nanoseconds,
        level,
        facility,
        ...defined({ caller: id }),
        text: logText(read.bytes.subarray(0, isCut && nul !== -1 ? Math.min(nul, present) : present)),
        ...(isCut ? { cut: true } : {}),
        ...((flags & continuationFlag) === 0 ? {} : { continued: true }),
        ...(dict === undefined || dictBytes === 0 ? {} : dictionary(logText(dict))),
      },
    };
  }
}
