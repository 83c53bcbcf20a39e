/**
 * The printk ring buffer of Linux 5.10 and later (vmcoreinfo-kallsyms-btf.md section 2.1; kernel/printk/printk_ringbuffer.{c,h}).
 * Descriptors, infos and text are three rings; a record counts when its descriptor, its number and the id before its text agree.
 */
import { defined } from '../../../shared/defined.ts';
import { hex, type VirtualAddress } from '../../../shared/units.ts';
import { stepTurns, type Steps } from '../../jobs/steps.ts';
import type { KernelMemory } from '../memory/kernel-memory.ts';
import { structReader } from '../memory/struct-reader.ts';
import { zeroPage } from '../memory/zero-page.ts';
import { vmcoreinfoHex, vmcoreinfoNumber, type Vmcoreinfo } from '../vmcoreinfo/vmcoreinfo.ts';
import { continuationFlag, flagsAndLevel, logText, maxLogText, maxRecords, timeSinceBoot, type LogRecord, type LogSearch } from './log-record.ts';
import { failed, type Failure, isFailure, type Result } from '../../../shared/result.ts';

const states = { reserved: 0n, committed: 1n, finalized: 2n } as const;
const idMask = (1n << 62n) - 1n;
const addressMask = (1n << 64n) - 1n;
/** Larger rings are not configured: CONFIG_LOG_BUF_SHIFT is at most 25, log_buf_len at most 2 GiB. */
const maxCountBits = 26;
const maxSizeBits = 31;
const maxText = 65_535;
/** Descriptors that are looked at one by one. */
const maxLooks = 1 << 21;
/** Facility and the byte of flags and level follow text_len; they have no keys of their own. */
const facilityAfterLength = 2n;
const levelAfterLength = 3n;

type Offsets = Readonly<Record<(typeof offsetNames)[number], bigint>>;
const offsetNames = [
  'printk_ringbuffer.desc_ring',
  'printk_ringbuffer.text_data_ring',
  'prb_desc_ring.count_bits',
  'prb_desc_ring.descs',
  'prb_desc_ring.infos',
  'prb_desc_ring.head_id',
  'prb_desc_ring.tail_id',
  'prb_desc.state_var',
  'prb_desc.text_blk_lpos',
  'prb_data_blk_lpos.begin',
  'prb_data_blk_lpos.next',
  'prb_data_ring.size_bits',
  'prb_data_ring.data',
  'printk_info.seq',
  'printk_info.ts_nsec',
  'printk_info.text_len',
  'printk_info.caller_id',
] as const;

const not = (why: string): Failure => failed('the kernel log', `printk ring buffer: ${why}`);

function readOffsets(vmcoreinfo: Vmcoreinfo): Result<Offsets> {
  const found: Partial<Record<(typeof offsetNames)[number], bigint>> = {};
  for (const name of offsetNames) {
    const value = vmcoreinfoNumber(vmcoreinfo, `OFFSET(${name})`);
    if (value === undefined || value < 0n || value > 4096n) return not(`vmcoreinfo does not give OFFSET(${name})`);
    found[name] = value;
  }
  return { value: found as Offsets };
}

interface Ring {
  readonly countBits: number;
  readonly sizeBits: number;
  readonly descs: bigint;
  readonly infos: bigint;
  readonly data: bigint;
  readonly head: VirtualAddress;
  readonly tail: bigint;
}

function readRing(memory: KernelMemory, at: bigint, offset: Offsets): Result<Ring> {
  const desc = at + offset['printk_ringbuffer.desc_ring'];
  const text = at + offset['printk_ringbuffer.text_data_ring'];
  const countBits = memory.u32(desc + offset['prb_desc_ring.count_bits']);
  const sizeBits = memory.u32(text + offset['prb_data_ring.size_bits']);
  const descs = memory.pointer(desc + offset['prb_desc_ring.descs']);
  const infos = memory.pointer(desc + offset['prb_desc_ring.infos']);
  const head = memory.u64(desc + offset['prb_desc_ring.head_id']);
  const tail = memory.u64(desc + offset['prb_desc_ring.tail_id']);
  const data = memory.pointer(text + offset['prb_data_ring.data']);
  if (
    countBits === undefined ||
    sizeBits === undefined ||
    descs === undefined ||
    infos === undefined ||
    head === undefined ||
    tail === undefined ||
    data === undefined
  )
    return not(memory.absence(at, 128)?.detail ?? 'it cannot be read');
  if (countBits === 0 || countBits > maxCountBits || sizeBits === 0 || sizeBits > maxSizeBits || descs === 0n || infos === 0n || data === 0n)
    return not(`there is no ring buffer at ${hex(at)}: 2^${countBits} descriptors, 2^${sizeBits} bytes of text`);
  return { value: { countBits, sizeBits, descs, infos, data, head: head & idMask, tail: tail & idMask } };
}

/** What is where the id of the text's own record should. */
const foreignText = (at: VirtualAddress, owner: bigint): string =>
  owner === 0n
    ? `the text at ${hex(at)} begins with zeros, not with the number of its record: wiped`
    : `the text at ${hex(at)} has the number of another record: overwritten`;

/** Where a record's text block lies in the ring: its place and size, 'none' for a record without text, or undefined when the pair is not a block. */
function textBlock(begin: bigint, next: bigint, sizeBits: bigint): { readonly at: bigint; readonly size: bigint } | 'none' | undefined {
  if ((begin & 1n) === 1n && (next & 1n) === 1n) return 'none';
  const size = 1n << sizeBits;
  const lap = (position: bigint): bigint => (position & addressMask) >> sizeBits;
  if (lap(begin) === lap(next - 1n)) return next > begin ? { at: begin % size, size: next - begin } : undefined;
  // A block that did not fit before the end of the ring lies at its start.
  if (lap(begin + size) === lap(next - 1n)) return { at: 0n, size: ((next - 1n) % size) + 1n };
  return undefined;
}

/** Reads the ring that SYMBOL(prb) points to, from its newest record back: of a ring without end the end of the system is known. */
export function* readPrintkRing(memory: KernelMemory, vmcoreinfo: Vmcoreinfo): Steps<LogSearch> {
  const pointer = vmcoreinfoHex(vmcoreinfo, 'SYMBOL(prb)');
  if (pointer === undefined) return not('vmcoreinfo does not name prb');
  if (memory.pointerBytes !== 8) return not('only that of 64-bit kernels is read');
  const found = readOffsets(vmcoreinfo);
  if (isFailure(found)) return found;
  const offset = found.value;
  const descSize = vmcoreinfoNumber(vmcoreinfo, 'SIZE(prb_desc)');
  const infoSize = vmcoreinfoNumber(vmcoreinfo, 'SIZE(printk_info)');
  if (descSize === undefined || infoSize === undefined || descSize < 8n || infoSize < 24n || descSize > 4096n || infoSize > 4096n)
    return not('vmcoreinfo does not give the sizes of prb_desc and printk_info');
  const at = memory.pointer(pointer);
  if (at === undefined) return not(`the pointer prb: ${memory.absence(pointer, 8)?.detail ?? ''}`);
  if (at === 0n) return not(`the pointer prb at ${hex(pointer)} is zero`);
  const books = readRing(memory, at, offset);
  if (isFailure(books)) return books;
  const ring = books.value;
  const count = 1n << BigInt(ring.countBits);
  if (((ring.head - ring.tail) & idMask) > count) return not(`its head ${hex(ring.head)} is more than ${count} descriptors after its tail ${hex(ring.tail)}`);

  const sizeBits = BigInt(ring.sizeBits);
  const isLost = (address: bigint, length: number): boolean => zeroPage(memory, address, length) !== undefined;
  const device = deviceReader(memory, vmcoreinfo);
  const records: LogRecord[] = [];
  let lost = 0;
  let lostWhy: string | undefined;
  // Damage can lose millions of records: only the first is explained.
  const lose = (why: () => string, count = 1): void => {
    lost += count;
    lostWhy ??= why();
  };

  const little = memory.endian === 'little';

  /** Reads the members of one structure: at once where all of it is in the dump, else one by one. */
  function membersOf(start: bigint, size: bigint) {
    const bytes = structReader(memory, start).bytes(0, Number(size));
    const view = bytes === undefined ? undefined : new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const within = (at: bigint, length: number): DataView | undefined => (Number(at) + length <= Number(size) ? view : undefined);
    return {
      bytes,
      u64: (at: bigint) => within(at, 8)?.getBigUint64(Number(at), little) ?? memory.u64(start + at),
      u32: (at: bigint) => within(at, 4)?.getUint32(Number(at), little) ?? memory.u32(start + at),
      u16: (at: bigint) => within(at, 2)?.getUint16(Number(at), little) ?? memory.u16(start + at),
      u8: (at: bigint) => within(at, 1)?.getUint8(Number(at)) ?? memory.u8(start + at),
    };
  }

  function one(id: bigint, desc: bigint, info: bigint): LogRecord | undefined {
    const descriptor = membersOf(desc, descSize ?? 0n);
    const members = membersOf(info, infoSize ?? 0n);
    const blkAt = offset['prb_desc.text_blk_lpos'];
    const begin = descriptor.u64(blkAt + offset['prb_data_blk_lpos.begin']);
    const next = descriptor.u64(blkAt + offset['prb_data_blk_lpos.next']);
    const sequence = members.u64(offset['printk_info.seq']);
    const time = members.u64(offset['printk_info.ts_nsec']);
    const lengthAt = offset['printk_info.text_len'];
    const length = members.u16(lengthAt);
    const facility = members.u8(lengthAt + facilityAfterLength);
    const byte = members.u8(lengthAt + levelAfterLength);
    const caller = members.u32(offset['printk_info.caller_id']);
    if (
      begin === undefined ||
      next === undefined ||
      sequence === undefined ||
      time === undefined ||
      length === undefined ||
      facility === undefined ||
      byte === undefined ||
      caller === undefined
    ) {
      lose(() => memory.absence(info, Number(infoSize))?.detail ?? memory.absence(desc, Number(descSize))?.detail ?? 'it cannot be read');
      return undefined;
    }
    // Numbers count with the descriptors, so they agree modulo the size of the ring.
    if (sequence % count !== id % count || isLost(info, Number(infoSize))) {
      lose(() => `the info at ${hex(info)} is not that of its descriptor`);
      return undefined;
    }
    const text = readText(id, begin, next, length);
    if (text === undefined) return undefined;
    const { flags, level } = flagsAndLevel(byte, memory.endian);
    return {
      sequence,
      ...defined({ time: timeSinceBoot(time) }),
      level,
      facility,
      caller,
      text: text.text,
      ...(text.cut ? { cut: true } : {}),
      ...((flags & continuationFlag) === 0 ? {} : { continued: true }),
      ...device(info, members.bytes),
    };
  }

  function readText(id: bigint, begin: bigint, next: bigint, length: number): { readonly text: string; readonly cut: boolean } | undefined {
    const block = textBlock(begin, next, sizeBits);
    if (block === 'none') return { text: '', cut: false };
    if (block === undefined || block.size < 8n || block.size > BigInt(maxText) + 16n || block.at + block.size > 1n << sizeBits) {
      lose(() => `descriptor ${hex(id)} has no proper text block (${hex(begin)} to ${hex(next)})`);
      return undefined;
    }
    const blockAt = ring.data + block.at;
    const stored = structReader(memory, blockAt);
    const owner = stored.u64(0);
    if (owner === undefined || (owner & idMask) !== id) {
      lose(() => (owner === undefined ? (memory.absence(blockAt, 8)?.detail ?? '') : foreignText(blockAt, owner)));
      return undefined;
    }
    const wanted = Math.min(length, Number(block.size) - 8);
    // A million texts: nearly all of them lie in one page, and are not copied.
    const whole = stored.bytes(8, wanted);
    const read = whole === undefined ? memory.partial(blockAt + 8n, wanted) : { bytes: whole, absences: [] };
    const gap = read.absences[0];
    const present = gap === undefined ? wanted : Number(gap.address - (blockAt + 8n));
    const bytes = read.bytes.subarray(0, present);
    const nul = bytes.indexOf(0);
    // Text holds no NUL; one in a page of zeros is where the page was lost.
    const isCut = present < wanted || (nul !== -1 && isLost(blockAt + 8n + BigInt(nul), 1));
    return { text: logText(nul === -1 || !isCut ? bytes : bytes.subarray(0, nul)), cut: isCut };
  }

  const stateAt = (index: bigint): bigint => ring.descs + index * descSize + offset['prb_desc.state_var'];
  const isRecord = (id: bigint): boolean => {
    const state = memory.u64(stateAt((id & idMask) % count));
    return state !== undefined && (state & idMask) === (id & idMask) && (state >> 62n === states.committed || state >> 62n === states.finalized);
  };
  // A writer moves head_id before it makes a descriptor a record, and makes one reusable before it moves tail_id past it: whole records outside of the
  // two show that they were overwritten (desc_reserve and desc_push_tail, kernel/printk/printk_ringbuffer.c).
  let { head, tail } = ring;
  const room = (): boolean => ((head - tail) & idMask) + 1n < count;
  for (let turn = 1; turn < maxLooks && room() && isRecord(head + 1n); turn += 1, head = (head + 1n) & idMask) if (turn % stepTurns === 0) yield;
  for (let turn = 1; turn < maxLooks && room() && isRecord(tail - 1n); turn += 1, tail = (tail - 1n) & idMask) if (turn % stepTurns === 0) yield;
  const used = ((head - tail) & idMask) + 1n;
  const known = used < count ? used : count;
  let newer: bigint | undefined;
  let textBytes = 0;
  /** Lost records whose place is known: marked at the record after them, or newer than all. */
  let placed = 0;
  const place = (): void => {
    const after = records.at(-1);
    if (after !== undefined && lost > placed) records[records.length - 1] = { ...after, lostBefore: lost - placed };
    placed = lost;
  };
  for (let step = 0n, turn = 0; step < known; step += 1n, turn += 1) {
    if (turn % stepTurns === stepTurns - 1) yield;
    if (records.length >= maxRecords || textBytes >= maxLogText || turn >= maxLooks) {
      lose(() => `only the newest ${records.length} records are read`, Number(known - step));
      break;
    }
    const id = (head - step) & idMask;
    const index = id % count;
    const desc = ring.descs + index * descSize;
    const at = stateAt(index);
    const state = memory.u64(at);
    const isAbsent = state === undefined;
    if (isAbsent || ((state & idMask) !== id && isLost(at, 8))) {
      // Descriptors before this one in a page that is not there, or all zero, are no better.
      const before = (at & 0xfffn) / descSize;
      const rest = [before, index, known - step - 1n].reduce((least, one) => (one < least ? one : least));
      lose(
        () => (isAbsent ? (memory.absence(at, 8)?.detail ?? 'a descriptor cannot be read') : `the descriptor at ${hex(desc)} lies in a page of zeros`),
        1 + Number(rest),
      );
      step += rest;
    } else if ((state & idMask) !== id) lose(() => `the descriptor at ${hex(desc)} is not of record ${hex(id)}`);
    else if (state >> 62n === states.reserved) lose(() => `record ${hex(id)} was being written: its descriptor is reserved, and not committed`);
    else if (state >> 62n === states.committed || state >> 62n === states.finalized) {
      const record = one(id, desc, ring.infos + index * infoSize);
      if (record?.sequence !== undefined && newer !== undefined && record.sequence >= newer) lose(() => `record ${record.sequence} comes before ${newer}`);
      else if (record !== undefined) {
        place();
        records.push(record);
        textBytes += record.text.length;
        newer = record.sequence;
      }
    }
  }
  place();
  records.reverse();
  if (records.length === 0 && lost > 0) return not(lostWhy ?? 'none of its records can be read');
  const moved = head === ring.head && tail === ring.tail ? '' : `; complete records outside its head ${hex(ring.head)} and tail ${hex(ring.tail)} are read too`;
  const source = `printk ring buffer at ${hex(at)}, ${count} descriptors, ${1n << sizeBits} bytes of text${moved}`;
  return { value: { records, source, lost, ...defined({ lostWhy }) } };
}

/** A text of at most so many bytes in a structure that was read; undefined where it does not end there. */
function fieldText(bytes: Uint8Array, at: number, most: number): string | undefined {
  if (bytes[at] === 0) return '';
  const end = bytes.subarray(at, at + most).indexOf(0);
  return end === -1 ? undefined : Buffer.from(bytes.subarray(at, at + end)).toString('latin1');
}

/** Subsystem and device of records that a driver wrote (dev_printk). */
function deviceReader(
  memory: KernelMemory,
  vmcoreinfo: Vmcoreinfo,
): (info: bigint, bytes: Uint8Array | undefined) => { readonly subsystem?: string; readonly device?: string } {
  const number = (key: string): bigint | undefined => vmcoreinfoNumber(vmcoreinfo, key);
  const start = number('OFFSET(printk_info.dev_info)');
  const subsystemAt = number('OFFSET(dev_printk_info.subsystem)');
  const deviceAt = number('OFFSET(dev_printk_info.device)');
  const subsystemBytes = number('LENGTH(printk_info_subsystem)');
  const deviceBytes = number('LENGTH(printk_info_device)');
  const fields = [start, subsystemAt, deviceAt, subsystemBytes, deviceBytes];
  if (start === undefined || fields.some((one) => one === undefined || one < 0n || one > 4096n)) return () => ({});
  return (info, bytes) => {
    const text = (at: bigint, most: number): string | undefined =>
      bytes !== undefined && Number(at) + most <= bytes.length ? fieldText(bytes, Number(at), most) : memory.cstring(info + at, most);
    const subsystem = text(start + (subsystemAt ?? 0n), Number(subsystemBytes));
    const device = text(start + (deviceAt ?? 0n), Number(deviceBytes));
    return { ...(subsystem === undefined || subsystem === '' ? {} : { subsystem }), ...(device === undefined || device === '' ? {} : { device }) };
  };
}
