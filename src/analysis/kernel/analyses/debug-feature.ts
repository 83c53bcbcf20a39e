/** Records of the debug feature of s390x: what its drivers and the kernel note for service, as files of /sys/kernel/debug/s390dbf show it. */
import { failed, isFailure, type Failure } from '../../../shared/result.ts';
import { debugLogs, type DebugLog, type DebugRecord } from '../debug-feature/debug-logs.ts';
import { isoTime, recordText } from '../debug-feature/record-text.ts';
import { RecordWishes, recordWishParameters } from '../debug-feature/record-wishes.ts';
import { address, count, cpu, defineAnalysis, flag, hexadecimal, pause, symbol, text, time } from './analysis.ts';

/** Records of one log, and bytes of theirs, that are put into the order of time; of a log with more all are given in the order of memory. */
const mostSorted = 1 << 16;
const mostSortedBytes = 1 << 24;

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
      yield failed(`order of the records of ${log.name}`, 'there are too many to sort by time: they are in memory order');
      yield* kept;
      kept = [];
    }
  }
  yield* kept.sort((left, right) => (left.clock < right.clock ? -1 : left.clock > right.clock ? 1 : 0));
}

export const noText = ({ name }: DebugLog): Failure => failed(`texts of ${name}`, 'the format that a record names is not in the dump, or is not text');

export const debugFeature = defineAnalysis({
  id: 'debug-feature',
  title: 'Debug feature',
  about: 'Records of the debug logs of s390x (debug_area_first), log by log, the oldest first: what debugfs shows in s390dbf.',
  needs: ['symbols', 'types'],
  uses: ['modules'],
  parameters: recordWishParameters('only'),
  columns: {
    log: text('name of the log'),
    time: time('by the TOD clock'),
    level: count('0 is the most severe'),
    exception: flag('recorded as an exception'),
    cpu: cpu('Linux CPU that wrote it'),
    caller: symbol('caller that recorded it'),
    callerAddress: address('address in it'),
    text: text('as the view sprintf shows it, or the letters of hex_ascii; %p is shown as the pointer itself, where the kernel would print a hash of it'),
    data: hexadecimal('the bytes of the record'),
    area: count('which of the areas of the log'),
  },
  key: ['log', 'time', 'cpu', 'data'],
  grouping: ['log', 'caller', 'cpu', 'level'],
  comparing: { elsewhere: [['log', 'data']], passing: ['time'] },
  *run(kernel, wanted) {
    const wishes = new RecordWishes(kernel, wanted);
    for (const log of debugLogs(kernel.objects)) {
      if (isFailure(log)) {
        yield log;
        continue;
      }
      if (!wishes.isWantedLog(log)) continue;
      for (const record of sorted(log)) {
        if ('pause' in record || isFailure(record)) {
          yield record;
          continue;
        }
        if (!wishes.isWanted(log, record)) {
          yield pause;
          continue;
        }
        const at = isoTime(record.clock);
        const written = recordText(log, record, kernel);
        if (written === undefined) yield noText(log);
        yield {
          row: {
            log: log.name,
            time: at === '' ? undefined : at,
            level: record.level,
            exception: record.exception,
            cpu: record.cpu,
            caller: kernel.symbolAt(record.caller),
            callerAddress: record.caller,
            text: written,
            data: record.data,
            area: record.area,
          },
        };
      }
    }
    yield* wishes.unmet();
  },
});
