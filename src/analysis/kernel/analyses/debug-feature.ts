/** Records of the debug feature of s390x: what its drivers and the kernel note for service, as files of /sys/kernel/debug/s390dbf show it. */
import { failed, isFailure, type Failure } from '../../../shared/result.ts';
import { debugLogs, type DebugLog, type DebugRecord } from '../debug-feature/debug-logs.ts';
import { formatText } from '../debug-feature/format-text.ts';
import type { AnalysisKernel } from './analysis-kernel.ts';
import { address, count, cpu, defineAnalysis, flag, hexadecimal, optional, pause, symbol, text, time } from './analysis.ts';

const mostText = 512;
/** Records of one log, and bytes of theirs, that are put into the order of time; of a log with more all are given in the order of memory. */
const mostSorted = 1 << 16;
const mostSortedBytes = 1 << 24;

const isoTime = (clock: bigint): string => {
  // A clock before 1970 is negative, and its microseconds count from the millisecond before it.
  const micros = ((clock % 1000n) + 1000n) % 1000n;
  const whole = new Date(Number((clock - micros) / 1000n));
  const year = whole.getUTCFullYear();
  // A time of more than four digits of a year is of a damaged clock, and no time as others are written. NaN is beyond what a date can have.
  return !(year >= 0 && year <= 9999) ? '' : whole.toISOString().replace('Z', `${String(micros).padStart(3, '0')}Z`);
};

/** As the view hex_ascii does it. */
const ascii = (data: Uint8Array): string => Buffer.from(data.map((byte) => (byte >= 0x20 && byte < 0x7f ? byte : 0x2e))).toString('latin1');

/** The format is the first word of a record, its arguments follow; without either of them it is none. */
function sprintfText({ data }: DebugRecord, { memory, symbolAt }: AnalysisKernel): string | undefined {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const words = Array.from({ length: Math.floor(data.byteLength / 8) }, (_, at) => view.getBigUint64(at * 8));
  const [format = 0n, ...args] = words;
  const found = memory.cstring(format, mostText);
  return found === undefined ? undefined : formatText(found, args, { textAt: (at) => memory.cstring(at, mostText), symbolAt }).replace(/\n$/, '');
}

function* sorted(log: DebugLog): Generator<DebugRecord | Failure | typeof pause, void> {
  let kept: DebugRecord[] = [];
  let bytes = 0;
  let isSorted = true;
  for (const one of log.records()) {
    if (one === undefined) yield pause;
    else if (isFailure(one) || !isSorted) yield one;
    else {
      kept.push(one);
      bytes += one.data.byteLength;
      if (kept.length < mostSorted && bytes < mostSortedBytes) continue;
      isSorted = false;
      yield failed(`order of the records of ${log.name}`, 'there are too many to sort them by time: they are in the order of memory');
      yield* kept;
      kept = [];
    }
  }
  yield* kept.sort((left, right) => (left.clock < right.clock ? -1 : left.clock > right.clock ? 1 : 0));
}

export const debugFeature = defineAnalysis({
  id: 'debug-feature',
  title: 'Debug feature',
  about: 'Records of the debug logs of s390x (debug_area_first), log by log, the oldest first: what debugfs shows in s390dbf.',
  needs: ['symbols', 'types'],
  uses: ['modules'],
  parameters: {
    log: optional('text', 'only this log: "cio_trace"'),
    level: optional('count', 'only records of this level and the graver ones; 0 is the gravest'),
    cpu: optional('cpu', 'only records of this Linux CPU'),
    caller: optional('text', 'only records whose caller has this in its name'),
    from: optional('text', 'only records of this time (ISO 8601, UTC) or later'),
    to: optional('text', 'only records of before this time'),
  },
  columns: {
    log: text('name of the log'),
    time: time('by the TOD clock'),
    level: count('0 for the gravest'),
    exception: flag('noted as an exception'),
    cpu: cpu('Linux CPU that wrote it'),
    caller: symbol('who noted it'),
    callerAddress: address('address in it'),
    text: text('the view sprintf, or the letters of hex_ascii; what %p stands for is given as it is, where the kernel would print a hash of it'),
    data: hexadecimal('the bytes of the record'),
    area: count('which of the areas of the log'),
  },
  key: ['log', 'time', 'cpu', 'data'],
  grouping: ['log', 'caller', 'cpu', 'level'],
  *run(kernel, wanted) {
    for (const log of debugLogs(kernel.objects)) {
      if (isFailure(log)) {
        yield log;
        continue;
      }
      if (wanted.log !== undefined && log.name !== wanted.log) continue;
      for (const record of sorted(log)) {
        if ('pause' in record || isFailure(record)) {
          yield record;
          continue;
        }
        const at = isoTime(record.clock);
        const caller = kernel.symbolAt(record.caller);
        if (
          (wanted.level !== undefined && BigInt(record.level) > BigInt(wanted.level)) ||
          (wanted.cpu !== undefined && record.cpu !== wanted.cpu) ||
          (wanted.caller !== undefined && caller?.includes(wanted.caller) !== true) ||
          (wanted.from !== undefined && at < wanted.from) ||
          (wanted.to !== undefined && at >= wanted.to)
        ) {
          yield pause;
          continue;
        }
        const isFormatted = log.views.has('sprintf');
        const formatted = isFormatted ? sprintfText(record, kernel) : undefined;
        if (isFormatted && formatted === undefined)
          yield { missing: { what: `texts of ${log.name}`, why: 'the format that a record names is not in the dump, or is no text' } };
        yield {
          row: {
            log: log.name,
            time: at === '' ? undefined : at,
            level: record.level,
            exception: record.exception,
            cpu: record.cpu,
            caller,
            callerAddress: record.caller,
            text: formatted ?? (isFormatted ? undefined : ascii(record.data)),
            data: record.data,
            area: record.area,
          },
        };
      }
    }
  },
});
