/** Events of ftrace as bytes: formats of events, items of a ring buffer, and the data of one event; in both byte orders. */
import type { Endian } from './described-btf.ts';

type FieldSpec = readonly [name: string, type: string, offset: number, size: number, isSigned?: boolean];
export interface DescribedFormat {
  readonly id: number;
  readonly name: string;
  readonly system: string;
  readonly fields: readonly FieldSpec[];
  readonly print: string;
  /** Its name is that of a tracepoint. */
  readonly isTracepoint?: boolean;
}

/** The events of the kernel's own tracers, and one of a tracepoint. */
export const describedFormats: readonly DescribedFormat[] = [
  {
    id: 1,
    name: 'function',
    system: 'ftrace',
    fields: [
      ['ip', 'unsigned long', 8, 8],
      ['parent_ip', 'unsigned long', 16, 8],
    ],
    print: '',
  },
  {
    id: 4,
    name: 'kernel_stack',
    system: 'ftrace',
    fields: [
      ['size', 'int', 8, 4, true],
      ['caller', 'unsigned long[8]', 16, 64],
    ],
    print: '',
  },
  {
    id: 5,
    name: 'print',
    system: 'ftrace',
    fields: [
      ['ip', 'unsigned long', 8, 8],
      ['buf', 'char[]', 16, 0],
    ],
    print: '',
  },
  {
    id: 6,
    name: 'bprint',
    system: 'ftrace',
    fields: [
      ['ip', 'unsigned long', 8, 8],
      ['fmt', 'const char *', 16, 8],
      ['buf', 'u32[]', 24, 0],
    ],
    print: '',
  },
  {
    id: 10,
    name: 'funcgraph_exit',
    system: 'ftrace',
    fields: [
      ['func', 'unsigned long', 8, 8],
      ['depth', 'int', 16, 4, true],
      ['overrun', 'unsigned int', 20, 4],
      ['calltime', 'unsigned long long', 24, 8],
      ['rettime', 'unsigned long long', 32, 8],
    ],
    print: '',
  },
  {
    id: 11,
    name: 'funcgraph_entry',
    system: 'ftrace',
    fields: [
      ['func', 'unsigned long', 8, 8],
      ['depth', 'int', 16, 4, true],
    ],
    print: '',
  },
  {
    id: 14,
    name: 'bputs',
    system: 'ftrace',
    fields: [
      ['ip', 'unsigned long', 8, 8],
      ['str', 'const char *', 16, 8],
    ],
    print: '',
  },
  {
    id: 300,
    name: 'sched_switch',
    system: 'sched',
    isTracepoint: true,
    fields: [
      ['prev_comm', 'char[16]', 8, 16],
      ['prev_pid', 'pid_t', 24, 4, true],
      ['prev_state', 'long', 32, 8, true],
      ['next_comm', '__data_loc char[]', 40, 4],
      ['next_pid', 'pid_t', 44, 4, true],
    ],
    print:
      '"prev=%s:%d %s%s ==> %s:%d %s", REC->prev_comm, REC->prev_pid, (REC->prev_state & ((((0x0000 | 0x1 | 0x2) + 1) << 1) - 1)) ? __print_flags(REC->prev_state & 0xff, "|", { 0x0001, "S" }, { 0x0002, "D" }) : "R", REC->prev_state & 0x100 ? "+" : "", __get_str(next_comm), REC->next_pid, __print_symbolic((int)REC->next_pid, { NAME_SEVEN, "seven" }, { -1, ((void *)0) })',
  },
  { id: 301, name: 'odd', system: 'mine', isTracepoint: true, fields: [['value', 'int', 8, 4, true]], print: '"v=%d", my_function(REC->value)' },
];

export type RingItem =
  | {
      readonly is: 'event';
      readonly delta: number;
      readonly data: Uint8Array;
      /** Its number of bytes is in a word of its own. */ readonly isLong?: boolean;
    }
  | { readonly is: 'extend' | 'stamp'; readonly time: bigint }
  | { readonly is: 'discarded'; readonly bytes: number }
  | { readonly is: 'end' };

/** Items as a page has them. */
export function ringBytes(items: readonly RingItem[], endian: Endian): Uint8Array {
  const isLittle = endian === 'little';
  const bytes = new Uint8Array(0xff0);
  const view = new DataView(bytes.buffer);
  let at = 0;
  const head = (kind: number, delta: number): void => {
    view.setUint32(at, isLittle ? ((delta << 5) | kind) >>> 0 : ((kind << 27) | delta) >>> 0, isLittle);
    at += 4;
  };
  const word = (value: number): void => {
    view.setUint32(at, value, isLittle);
    at += 4;
  };
  for (const item of items) {
    switch (item.is) {
      case 'event': {
        const length = Math.ceil(item.data.length / 4) * 4;
        const isLong = item.isLong === true || length > 28 * 4;
        head(isLong ? 0 : length / 4, item.delta);
        if (isLong) word(length + 4);
        bytes.set(item.data, at);
        at += length;
        break;
      }
      case 'extend':
      case 'stamp':
        head(item.is === 'extend' ? 30 : 31, Number(item.time & 0x7ff_ffffn));
        word(Number(item.time >> 27n));
        break;
      case 'discarded':
        head(29, 1);
        word(item.bytes);
        at += item.bytes - 4;
        break;
      case 'end':
        head(29, 0);
        word(0);
        break;
    }
  }
  return bytes.subarray(0, at);
}

/** Data of an event: what all begin with, then fields by the format's own places. @param tail bytes after them */
export function eventData(
  endian: Endian,
  name: string,
  values: Readonly<Record<string, number | bigint | string>>,
  options: { readonly pid?: number; readonly flags?: number; readonly preempt?: number; readonly tail?: Uint8Array } = {},
): Uint8Array {
  const format = describedFormats.find((one) => one.name === name);
  if (format === undefined) throw new Error(`no event ${name} is described`);
  const isLittle = endian === 'little';
  const end = Math.max(8, ...format.fields.map(([field, , offset, size]) => (field === 'caller' ? offset : offset + size)));
  const bytes = new Uint8Array(end + (options.tail?.length ?? 0));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, format.id, isLittle);
  view.setUint8(2, options.flags ?? 0);
  view.setUint8(3, options.preempt ?? 0);
  view.setInt32(4, options.pid ?? 0, isLittle);
  for (const [field, , offset, size] of format.fields) {
    const value = values[field];
    if (value === undefined) continue;
    if (typeof value === 'string') bytes.set(Buffer.from(value, 'latin1'), offset);
    else if (size === 8) view.setBigUint64(offset, BigInt.asUintN(64, BigInt(value)), isLittle);
    else view.setUint32(offset, Number(BigInt.asUintN(32, BigInt(value))), isLittle);
  }
  bytes.set(options.tail ?? new Uint8Array(0), end);
  return bytes;
}
