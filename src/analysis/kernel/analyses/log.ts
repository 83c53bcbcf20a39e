/** The kernel's log, one record a row. */
import { levelNames } from '../../../shared/log-line.ts';
import { callerText } from '../log/caller-text.ts';
import { recordMark } from '../log/log-marks.ts';
import { count, defineAnalysis, duration, flag, optional, text } from './analysis.ts';
import { isFailure } from '../../../shared/result.ts';

const nanoseconds = 1_000_000_000n;

export const log = defineAnalysis({
  id: 'log',
  title: 'Kernel log',
  about: 'Records of the printk buffer, the oldest first.',
  needs: ['log'],
  parameters: { level: optional('text', 'only records of this level and more severe ones; records without a level are kept', levelNames) },
  columns: {
    sequence: count('number since boot'),
    time: duration('since boot, by the clock of the CPU that wrote it'),
    level: text(levelNames.join(', ')),
    facility: count('0 for the kernel'),
    caller: text('T and a thread id, or C and a CPU number'),
    text: text('the line'),
    mark: text('what a line that reports trouble is about'),
    subsystem: text('of the device that it is about'),
    device: text('of the device that it is about'),
    continued: flag('a piece of a line that the kernel wrote in pieces'),
    cut: flag('an end of it is not in the dump or was overwritten'),
  },
  key: ['sequence', 'time'],
  grouping: ['level', 'mark', 'caller', 'device'],
  comparing: { elsewhere: [['text']], passing: ['caller'] },
  *run({ kernel }, { level }) {
    const found = kernel.log;
    if (isFailure(found)) return;
    const limit = level === undefined ? undefined : levelNames.findIndex((name) => name === level);
    for (const record of found.value.records) {
      if (limit !== undefined && record.level !== undefined && record.level > limit) continue;
      const { caller } = record;
      yield {
        row: {
          sequence: record.sequence,
          time: record.time === undefined ? undefined : Number(record.time / nanoseconds) + Number(record.time % nanoseconds) / Number(nanoseconds),
          level: record.level === undefined ? undefined : levelNames[record.level],
          facility: record.facility,
          caller: caller === undefined ? undefined : callerText(caller),
          text: record.text,
          mark: recordMark(record),
          subsystem: record.subsystem,
          device: record.device,
          continued: record.continued,
          cut: record.cut,
        },
      };
    }
    const { lost, lostWhy } = found.value;
    if (lost > 0) yield { missing: { what: `${lost} records or more`, why: lostWhy ?? 'they cannot be read' } };
  },
});
