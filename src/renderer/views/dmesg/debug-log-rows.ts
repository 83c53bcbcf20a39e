/** Which records of the debug feature, or of both logs, are shown, and their text. */
import type { Cell, RowJson } from '../../../shared/analysis-table.ts';
import { filterWords } from '../../widgets/data-table/filter-words.ts';

export interface DebugFilter {
  /** Name of a debug log, or `kernelLog`; empty for all. */
  readonly log: string;
  /** 0 is the most severe; undefined for all. The kernel log has different levels, so its records are never hidden by this. */
  readonly level: number | undefined;
  /** Undefined for all. Records of the kernel log do not name their CPU. */
  readonly cpu: number | undefined;
  /** Search words for the caller's name. */
  readonly caller: string;
  /** Search words for the text. */
  readonly search: string;
}

export const allRecords: DebugFilter = { log: '', level: undefined, cpu: undefined, caller: '', search: '' };
export const kernelLog = 'kernel log';

export const logOf = ({ source, log }: RowJson): string => (source === kernelLog ? kernelLog : String(log ?? ''));
const lower = (cell: Cell | undefined): string => String(cell ?? '').toLowerCase();

export function filterRows(rows: readonly RowJson[], { log, level, cpu, caller, search }: DebugFilter): readonly RowJson[] {
  const [callers, words] = [filterWords(caller), filterWords(search)];
  return rows.filter((row) => {
    if (log !== '' && logOf(row) !== log) return false;
    if (level !== undefined && row.source !== kernelLog && Number(row.level) > level) return false;
    if (cpu !== undefined && row.cpu !== cpu) return false;
    if (callers.length > 0 && !callers.every((word) => lower(row.caller).includes(word))) return false;
    return words.length === 0 || words.every((word) => lower(row.text).includes(word));
  });
}

/** Oldest first; those without a time at the end, in their original order. */
export const byTime = (rows: readonly RowJson[]): readonly RowJson[] =>
  rows.toSorted((left, right) => {
    if (left.time === undefined || right.time === undefined) return Number(left.time === undefined) - Number(right.time === undefined);
    return left.time < right.time ? -1 : left.time > right.time ? 1 : 0;
  });

export interface Choices {
  readonly logs: readonly string[];
  readonly cpus: readonly number[];
}

/** The available choices, in alphabetical and numerical order. */
export function choicesOf(rows: readonly RowJson[]): Choices {
  const [logs, cpus] = [new Set<string>(), new Set<number>()];
  for (const row of rows) {
    logs.add(logOf(row));
    if (typeof row.cpu === 'number') cpus.add(row.cpu);
  }
  return { logs: [...logs].sort(), cpus: [...cpus].sort((left, right) => left - right) };
}

/** "22:26:07.007356": the date is in the tooltip. */
export const clockText = (time: Cell | undefined): string => /T([\d:.]+)Z$/.exec(String(time ?? ''))?.[1] ?? '';

/** Seconds since boot in the kernel log's format. */
export const bootText = (seconds: Cell | undefined): string => (seconds === undefined ? '' : Number(seconds).toFixed(6));

const letters = (hex: string): string =>
  (hex.match(/../g) ?? [])
    .map((byte) => Number.parseInt(byte, 16))
    .map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'))
    .join('');

/** The text of a record; as bytes if requested, or if it has no text. */
export function textOfRow({ text, data }: RowJson, asBytes: boolean): string {
  if (data === undefined || (!asBytes && text !== undefined)) return String(text ?? '');
  const hex = String(data).replace(/^0x/, '');
  return `${hex.replaceAll(/..(?=.)/g, '$& ')} | ${letters(hex)}`;
}

/** A line in the form for copying. */
export const lineOfRow = (row: RowJson, asBytes: boolean): string => {
  const { time, sinceBoot, level, exception, cpu, caller } = row;
  const head = [
    ...(sinceBoot === undefined ? [] : [`[${bootText(sinceBoot).padStart(12)}]`]),
    String(time ?? ''),
    ...(row.source === kernelLog ? [kernelLog] : [logOf(row), `${String(level)}${exception === true ? '*' : ''}`, `cpu${String(cpu)}`]),
    ...(caller === undefined ? [] : [String(caller)]),
  ];
  return `${head.join(' ')}: ${textOfRow(row, asBytes)}`;
};
