/** The kernel's log and the records of the debug feature as one list in the order of time: what a driver noted next to what the kernel said. */
import { levelNames } from '../../../shared/log-line.ts';
import { failed, isFailure, type Failure } from '../../../shared/result.ts';
import { bootClock, type BootClock } from '../debug-feature/boot-clock.ts';
import { debugLogs, type DebugLog, type DebugRecord } from '../debug-feature/debug-logs.ts';
import { isoTime, recordText } from '../debug-feature/record-text.ts';
import { RecordWishes, recordWishParameters } from '../debug-feature/record-wishes.ts';
import { callerText } from '../log/caller-text.ts';
import { recordMark } from '../log/log-marks.ts';
import type { LogRecord } from '../log/log-record.ts';
import type { AnalysisKernel } from './analysis-kernel.ts';
import { address, count, cpu, defineAnalysis, duration, flag, hexadecimal, pause, text, time } from './analysis.ts';
import { noText } from './debug-feature.ts';

const nanoseconds = 1_000_000_000n;
/** Records of the debug feature, and bytes of theirs, that are put into one order; with more nothing is merged. */
const mostMerged = 1 << 19;
const mostMergedBytes = 1 << 26;

interface Noted {
  readonly log: DebugLog;
  readonly record: DebugRecord;
}

/** Records that pass, the oldest first; undefined where there are too many to be put into one order. */
function* recordsInOrder(kernel: AnalysisKernel, wishes: RecordWishes): Generator<Failure | typeof pause, readonly Noted[] | undefined> {
  const all: Noted[] = [];
  let bytes = 0;
  for (const log of debugLogs(kernel.objects)) {
    if (isFailure(log)) {
      yield log;
      continue;
    }
    if (!wishes.isWantedLog(log)) continue;
    for (const record of log.records()) {
      if (record === undefined) yield pause;
      else if (isFailure(record)) yield record;
      else if (wishes.isWanted(log, record)) {
        all.push({ log, record });
        bytes += record.data.byteLength;
        if (all.length > mostMerged || bytes > mostMergedBytes) return undefined;
      }
    }
    yield pause;
  }
  yield* wishes.unmet();
  return all.sort(({ record: left }, { record: right }) => (left.clock < right.clock ? -1 : left.clock > right.clock ? 1 : 0));
}

const seconds = (value: bigint): number => Number(value / nanoseconds) + Number(value % nanoseconds) / Number(nanoseconds);

const timeOf = (micros: bigint): string | undefined => (isoTime(micros) === '' ? undefined : isoTime(micros));

const ofKernel = (record: LogRecord, wall: bigint | undefined) => ({
  time: wall === undefined ? undefined : timeOf(wall),
  sinceBoot: record.time === undefined ? undefined : seconds(record.time),
  source: 'kernel log',
  log: undefined,
  level: record.level,
  levelName: record.level === undefined ? undefined : levelNames[record.level],
  exception: undefined,
  cpu: undefined,
  caller: record.caller === undefined ? undefined : callerText(record.caller),
  callerAddress: undefined,
  text: record.text,
  mark: recordMark(record),
  data: undefined,
});

const ofDebugFeature = ({ log, record }: Noted, clock: BootClock, kernel: AnalysisKernel) => ({
  time: timeOf(record.clock),
  sinceBoot: clock.sinceBoot(record.clock),
  source: 'debug feature',
  log: log.name,
  level: record.level,
  levelName: undefined,
  exception: record.exception,
  cpu: record.cpu,
  caller: kernel.symbolAt(record.caller),
  callerAddress: record.caller,
  text: recordText(log, record, kernel),
  mark: undefined,
  data: record.data,
});

export const mergedLog = defineAnalysis({
  id: 'merged-log',
  title: 'Kernel log with debug feature',
  about:
    "Records of the kernel's log and of the debug logs of s390x on one time axis, the oldest first. They are merged only if memory proves how the two clocks relate; within one microsecond, the kernel's log comes first.",
  needs: ['symbols', 'types', 'log'],
  uses: ['modules'],
  parameters: recordWishParameters('of the debug feature only'),
  columns: {
    time: time('by the TOD clock'),
    sinceBoot: duration("since boot, by the clock of the kernel's log"),
    source: text('kernel log, debug feature'),
    log: text('name of the debug log'),
    level: count("0 is the most severe; levels of the kernel's log and of the debug feature are not the same"),
    levelName: text(`of the kernel's log: ${levelNames.join(', ')}`),
    exception: flag('recorded as an exception'),
    cpu: cpu('Linux CPU that wrote it, of the debug feature'),
    caller: text('caller that recorded it: a symbol; in the kernel log T and a thread id, or C and a CPU number'),
    callerAddress: address('address in it'),
    text: text('the line, or as the analysis debug-feature shows it'),
    mark: text('what a line that reports trouble is about'),
    data: hexadecimal('the bytes of the record'),
  },
  key: ['time', 'source', 'log', 'cpu', 'text', 'data'],
  grouping: ['source', 'log', 'caller', 'cpu'],
  comparing: { elsewhere: [['source', 'log', 'text', 'data']], passing: ['time', 'sinceBoot'] },
  *run(kernel, wanted) {
    const found = kernel.kernel.log;
    if (isFailure(found)) return;
    const clock = bootClock(kernel.objects);
    if (isFailure(clock)) {
      yield clock;
      return;
    }
    const { value: own } = clock;
    const wishes = new RecordWishes(kernel, wanted);
    const noted = yield* recordsInOrder(kernel, wishes);
    if (noted === undefined) {
      yield failed(
        'one time axis of log and debug feature',
        `the debug feature has more than ${mostMerged} records or ${mostMergedBytes} bytes of them: narrow them`,
      );
      return;
    }
    let next = 0;
    /** The log keeps its own order, in which CPUs may be a little apart. */
    let reached: bigint | undefined;
    function* until(end: bigint | undefined) {
      for (let one = noted?.[next]; one !== undefined && (end === undefined || one.record.clock < end); one = noted?.[next]) {
        next += 1;
        const row = ofDebugFeature(one, own, kernel);
        if (row.text === undefined) yield noText(one.log);
        yield { row };
      }
    }
    for (const record of found.value.records) {
      const wall = record.time === undefined ? undefined : own.wall(record.time);
      if (wall !== undefined && (reached === undefined || wall > reached)) reached = wall;
      if (reached !== undefined) yield* until(reached);
      if (wall !== undefined && !wishes.isWithin(wall)) yield pause;
      else yield { row: ofKernel(record, wall) };
    }
    yield* until(undefined);
    const { lost, lostWhy } = found.value;
    if (lost > 0) yield { missing: { what: `${lost} records of the kernel log or more`, why: lostWhy ?? 'they cannot be read' } };
  },
});
