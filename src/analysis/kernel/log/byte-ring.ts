/**
 * The ring of bytes of kernels before 3.5 (vmcoreinfo-kallsyms-btf.md section 2.3; kernel/printk.c of 3.0): lines as they were
 * printed, "<6>[    1.234567] text". Proven on described systems only.
 */
import { defined } from '../../../shared/defined.ts';
import { hex } from '../../../shared/units.ts';
import { stepTurns, type Steps } from '../../jobs/steps.ts';
import type { KernelMemory } from '../memory/kernel-memory.ts';
import { vmcoreinfoHex, type Vmcoreinfo } from '../vmcoreinfo/vmcoreinfo.ts';
import { logText, maxRecords, type LogRecord, type LogSearch } from './log-record.ts';
import { failed } from '../../../shared/result.ts';

const maxBuffer = 1 << 26;
const lineFeed = 0x0a;
/** printk cut its lines at 1024 bytes; what is much longer is not text. */
const maxLine = 65_536;

function lineRecord(line: string): LogRecord {
  const prefix = /^<(\d{1,3})>/.exec(line);
  const value = prefix === null ? undefined : Number(prefix[1]);
  const rest = line.slice(prefix?.[0].length ?? 0);
  const stamp = /^\[ *(\d{1,10})\.(\d{6})\] /.exec(rest);
  const time = stamp === null ? undefined : BigInt(stamp[1] ?? 0) * 1_000_000_000n + BigInt(stamp[2] ?? 0) * 1000n;
  return {
    ...defined({ time }),
    ...(value === undefined ? {} : { level: value & 7, facility: value >> 3 }),
    text: rest.slice(stamp?.[0].length ?? 0),
  };
}

export function* readByteRing(memory: KernelMemory, vmcoreinfo: Vmcoreinfo): Steps<LogSearch> {
  const not = (why: string): LogSearch => failed('the kernel log', `log_buf bytes: ${why}`);
  const [bufferAt, lengthAt, endAt, charsAt] = ['log_buf', 'log_buf_len', 'log_end', 'logged_chars'].map((name) =>
    vmcoreinfoHex(vmcoreinfo, `SYMBOL(${name})`),
  );
  if (bufferAt === undefined || lengthAt === undefined || endAt === undefined) return not('vmcoreinfo does not name its variables');
  const buffer = memory.pointer(bufferAt);
  const size = memory.u32(lengthAt);
  const end = memory.u32(endAt);
  if (buffer === undefined || size === undefined || end === undefined)
    return not([bufferAt, lengthAt, endAt].map((at) => memory.absence(at, 4)?.detail).find((why) => why !== undefined) ?? 'it cannot be read');
  if (buffer === 0n || size < 1024 || size > maxBuffer || (size & (size - 1)) !== 0) return not(`log_buf_len is ${size}: no buffer`);
  const logged = Math.min(charsAt === undefined ? size : (memory.u32(charsAt) ?? size), size, end);
  const start = (end - logged) & (size - 1);
  const head = memory.partial(buffer + BigInt(start), Math.min(logged, size - start));
  const tail = memory.partial(buffer, logged - head.bytes.length);
  const bytes = Buffer.concat([head.bytes, tail.bytes]);
  const isLost = bytes.includes(0) || head.absences.length > 0 || tail.absences.length > 0;
  const records: LogRecord[] = [];
  let older = 0;
  // From the newest line back; each line ends with a line feed.
  for (let stop = bytes.at(-1) === lineFeed ? bytes.length - 1 : bytes.length, turn = 0; stop >= 0 && bytes.length > 0; turn += 1) {
    if (turn % stepTurns === stepTurns - 1) yield;
    const before = stop === 0 ? -1 : bytes.lastIndexOf(lineFeed, stop - 1);
    if (records.length >= maxRecords) {
      older = stop;
      break;
    }
    const line = logText(bytes.subarray(before + 1, Math.min(stop, before + 1 + maxLine)));
    const text = line.replaceAll('\0', '');
    // The oldest line of a full ring has lost its start; a line with NULs has lost a piece.
    const isCut = text !== line || stop - before - 1 > maxLine || (before === -1 && logged === size);
    if (text !== '' || line === '') records.push({ ...lineRecord(text), ...(isCut ? { cut: true } : {}) });
    stop = before;
  }
  records.reverse();
  const damage = head.absences[0]?.detail ?? tail.absences[0]?.detail ?? 'pieces of it are zero';
  const why = older > 0 ? `only the newest ${records.length} lines are read` : isLost ? damage : undefined;
  return {
    value: {
      records,
      source: `log_buf at ${hex(buffer)}, ${size} bytes of text`,
      lost: why === undefined ? 0 : 1,
      ...defined({ lostWhy: why }),
    },
  };
}
