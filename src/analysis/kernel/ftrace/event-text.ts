/** What an event says, without the columns before it: as the kernel prints those of its own tracers (kernel/trace/trace_output.c), others by their print formats. */
import { hex } from '../../../shared/units.ts';
import { formatText } from '../debug-feature/format-text.ts';
import type { KernelMemory } from '../memory/kernel-memory.ts';
import { binaryArguments } from './binary-arguments.ts';
import type { EventFormat } from './event-formats.ts';
import { printFormatOf, type ConstantsOf, type PrintFormat } from './print-format.ts';
import { arrayText, dynamicText, hexText, type PrintValue } from './print-functions.ts';
import { fieldInteger, fieldNamed, fieldText, type TraceEvent } from './trace-events.ts';

export interface EventTextSource {
  readonly memory: KernelMemory;
  /** "name [module]", or the address. */
  readonly functionAt: (address: bigint) => string;
  readonly symbolAt: (address: bigint) => string | undefined;
  readonly commOf: (pid: number) => string | undefined;
  readonly constantsOf: ConstantsOf;
  /** Options of the instance that are on. */
  readonly options: ReadonlySet<string>;
}

export interface EventText {
  readonly text: string;
  /** What it is about, where it is a function's event. */
  readonly function?: bigint | undefined;
  /** Why it is not what the kernel would print. */
  readonly missing?: string;
}

const mostText = 4096;
const mostCallers = 512;
/** FTRACE_TRAMPOLINE_MARKER: a caller in a trampoline. */
const trampoline = 0x7fff_ffffn;

const formats = new WeakMap<EventFormat, { readonly parsed: PrintFormat | undefined }>();

function parsedOf(format: EventFormat, constantsOf: ConstantsOf): PrintFormat | undefined {
  const known = formats.get(format) ?? { parsed: printFormatOf(format, constantsOf) };
  formats.set(format, known);
  return known.parsed;
}

/** Text of a format whose arguments may be texts: they are given addresses that no memory has. */
function formatted(format: string, values: readonly PrintValue[], { memory, symbolAt, functionAt }: EventTextSource): string {
  const texts = new Map<bigint, string>();
  const args = values.map((value, at) => {
    if (typeof value === 'bigint') return value;
    const address = BigInt.asUintN(64, -1n - BigInt(at));
    texts.set(address, typeof value === 'string' ? value : Buffer.from(value).toString('latin1').replace(/\0.*$/s, ''));
    return address;
  });
  return formatText(format, args, { textAt: (at) => texts.get(at) ?? memory.cstring(at, mostText), symbolAt, functionAt });
}

const withoutEnd = (text: string): string => text.replace(/\n$/, '');

function fieldsText(event: TraceEvent): string {
  return event.format.fields
    .map((field) => {
      if (/^__(?:data|rel)_loc char/.test(field.type)) return `${field.name}=${dynamicText(event, field) ?? '?'}`;
      if (/\bchar ?\[/.test(field.type)) return `${field.name}=${fieldText(event, field.offset, field.size)}`;
      const { data, isLittle } = event;
      const count = Number(/\[(\d+)\]$/.exec(field.type)?.[1] ?? 0);
      if (count > 0 && field.offset + field.size <= data.byteLength) {
        const bytes = new Uint8Array(data.buffer, data.byteOffset + field.offset, field.size);
        return `${field.name}=${arrayText(bytes, BigInt(count), BigInt(field.size) / BigInt(count), isLittle) ?? hexText(bytes, BigInt(field.size), '')}`;
      }
      const value = fieldInteger(event, field);
      return `${field.name}=${value === undefined ? '?' : field.isSigned ? String(value) : hex(value)}`;
    })
    .join(' ');
}

function functionText(event: TraceEvent, source: EventTextSource): EventText | undefined {
  const [at, parent] = [fieldNamed(event, 'ip'), fieldNamed(event, 'parent_ip')];
  if (at === undefined || parent === undefined) return undefined;
  const name = (address: bigint): string => (address === 0n ? '0' : source.functionAt(address));
  return { text: name(at) + (source.options.has('PRINT_PARENT') && parent !== 0n ? ` <-${name(parent)}` : ''), function: at };
}

function stackText(event: TraceEvent, source: EventTextSource): string | undefined {
  const field = event.format.fields.find(({ name }) => name === 'caller');
  if (field === undefined) return undefined;
  const lines = ['<stack trace>'];
  for (let at = field.offset; at + 8 <= event.data.byteLength && lines.length <= mostCallers; at += 8) {
    const caller = event.data.getBigUint64(at, event.isLittle);
    if (caller === 0xffff_ffff_ffff_ffffn) break;
    lines.push(` => ${caller === trampoline ? '[FTRACE TRAMPOLINE]' : source.functionAt(caller)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** trace_printk() and trace_marker: where from, and the text. */
function printedText(event: TraceEvent, source: EventTextSource): EventText | undefined {
  const at = fieldNamed(event, 'ip');
  const where = at === undefined ? undefined : source.functionAt(at);
  const field = (name: string) => event.format.fields.find((one) => one.name === name);
  const buffer = field('buf');
  const says = (text: string): EventText => ({ text: `${where ?? '?'}: ${withoutEnd(text)}`, function: at });
  if (where === undefined) return undefined;
  if (event.format.name === 'print') return buffer === undefined ? undefined : says(fieldText(event, buffer.offset));
  const pointer = fieldNamed(event, event.format.name === 'bputs' ? 'str' : 'fmt');
  if (pointer === undefined) return undefined;
  const text = source.memory.cstring(pointer, mostText);
  if (text === undefined) return { ...says(`(the text at ${hex(pointer)} is not in the dump)`), missing: `the text at ${hex(pointer)} is not in the dump` };
  if (event.format.name === 'bputs') return says(text);
  if (buffer === undefined || buffer.offset > event.data.byteLength) return undefined;
  const bytes = new DataView(event.data.buffer, event.data.byteOffset + buffer.offset, event.data.byteLength - buffer.offset);
  const args = binaryArguments(text, bytes, event.isLittle);
  return args === undefined ? { ...says(text), missing: 'it is too short for the arguments of its format' } : says(formatted(text, args, source));
}

/** Letters of task states (task_index_to_char(), include/linux/sched.h). */
const stateLetters = 'RSDTtXZPI';

function switchText(event: TraceEvent, { commOf }: EventTextSource): string | undefined {
  const [fromPid, fromPriority, from, cpu, pid, priority, to] = (
    ['prev_pid', 'prev_prio', 'prev_state', 'next_cpu', 'next_pid', 'next_prio', 'next_state'] as const
  ).map((name) => fieldNamed(event, name));
  if (fromPid === undefined || fromPriority === undefined || from === undefined || cpu === undefined) return undefined;
  if (pid === undefined || priority === undefined || to === undefined) return undefined;
  const task = (id: bigint, prio: bigint, state: bigint): string =>
    `${String(id).padStart(7)}:${String(prio).padStart(3)}:${stateLetters[Number(state)] ?? '?'}`;
  const sign = event.format.name === 'wakeup' ? '  +' : '==>';
  return ` ${task(fromPid, fromPriority, from)} ${sign} [${String(cpu).padStart(3, '0')}] ${task(pid, priority, to)} ${commOf(Number(pid)) ?? '<...>'}`;
}

function ownText(event: TraceEvent, source: EventTextSource): EventText | undefined {
  switch (event.format.name) {
    case 'function':
      return functionText(event, source);
    case 'print':
    case 'bprint':
    case 'bputs':
      return printedText(event, source);
    case 'kernel_stack': {
      const text = stackText(event, source);
      return text === undefined ? undefined : { text: withoutEnd(text) };
    }
    case 'context_switch':
    case 'wakeup': {
      const text = switchText(event, source);
      return text === undefined ? undefined : { text };
    }
    default:
      return undefined;
  }
}

/** The text of an event that is none of function_graph. */
export function eventText(event: TraceEvent, source: EventTextSource): EventText {
  const own = event.format.system === 'ftrace' ? ownText(event, source) : undefined;
  if (own !== undefined) return own;
  const { name } = event.format;
  const parsed = parsedOf(event.format, source.constantsOf);
  const values = parsed?.args.map((one) => one(event));
  if (parsed === undefined || values === undefined || values.includes(undefined)) {
    const missing =
      parsed === undefined
        ? 'their print format is not understood: their fields are shown instead'
        : 'an event is too short for what its print format names: its fields are shown instead';
    return { text: `${name}: ${fieldsText(event)}`, missing };
  }
  const kept = values.filter((one) => one !== undefined);
  return { text: `${name}: ${withoutEnd(formatted(parsed.format, kept, source))}` };
}
