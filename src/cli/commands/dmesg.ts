import type { Command } from '../command.ts';
import type { LogRecordJson } from '../../shared/kernel-model.ts';
import { schemaVersion } from '../../shared/model.ts';
import { exitCodes, sayLine, UsageError } from '../io.ts';
import { printJsonList } from '../json-list.ts';
import { withDump } from '../open-dump.ts';
import { levelNames, logLine } from '../../shared/log-line.ts';
import { printMergedLog } from './merged-log.ts';

/** A level by name or number. @throws UsageError */
function levelOf(text: string): number {
  const index = /^[0-7]$/.test(text) ? Number(text) : levelNames.findIndex((name) => name === text.toLowerCase());
  if (index === -1) throw new UsageError(`--level: "${text}" is neither a number from 0 to 7 nor one of ${levelNames.join(', ')}`);
  return index;
}

/** A line at the place of records that cannot be read. */
const gapLine = (count: number): string => (count === 0 ? '' : `[${count} ${count === 1 ? 'record' : 'records'} cannot be read here]\n`);

export const dmesgCommand: Command = {
  name: 'dmesg',
  summary: 'the kernel log',
  args: ['<file>'],
  options: [
    {
      flags: '--level <level>',
      description: `only records of this level or more severe: ${levelNames.join(', ')}, or 0 to 7`,
      values: { words: () => levelNames },
    },
    { flags: '--debug-feature', description: 'merge in the records of the s390x debug feature by time, as the analysis merged-log does' },
    { flags: '--caller', description: 'show the thread or CPU that wrote each record, as newer versions of makedumpfile do' },
  ],
  ofKernel: true,
  example: `dumpbench dmesg dump.s390 --level warn
  dumpbench dmesg dump.s390 --debug-feature`,
  async run(context, [file = ''], options) {
    const limit = options.level === undefined ? undefined : levelOf(String(options.level));
    const { engine, io, output } = context;
    if (options.debugFeature === true) {
      if (limit !== undefined || output.json)
        throw new UsageError('--debug-feature: without --level and --json; "analyse FILE merged-log" has both logs as JSON, and filters');
      return printMergedLog(context, file, options.caller === true);
    }
    const document = printJsonList(io, schemaVersion, 'records');
    let placed = 0;
    const write = (given: readonly LogRecordJson[]): void => {
      // A record that does not say its level is kept.
      const isKept = ({ level }: LogRecordJson): boolean => limit === undefined || level === undefined || level <= limit;
      placed = given.reduce((sum, { lostBefore = 0 }) => sum + lostBefore, placed);
      if (output.json) document.add(given.filter(isKept));
      else {
        const lines = given.map((record) => gapLine(record.lostBefore ?? 0) + (isKept(record) ? `${logLine(record, options.caller === true)}\n` : ''));
        io.out(lines.join(''));
      }
    };
    const answer = await withDump(context, file, async (dump) => {
      const last = await engine.call('dmesg', { dump, stream: true }, { signal: io.signal, onProgress: ({ records }) => write(records) });
      write(last.records);
      return last;
    });
    if (output.json) {
      const { schema: _, records: __, ...rest } = answer;
      document.end(rest);
    } else io.out(gapLine(answer.lost - placed));
    if (answer.file !== undefined && !context.output.quiet) {
      const { name, why, shown } = answer.file;
      sayLine(context.io, `dumpbench: this log is from the file ${name}, not from memory (${why}); ${shown}`);
    }
    if (answer.lost > 0 && !context.output.quiet) {
      sayLine(context.io, `dumpbench: ${answer.lost} ${answer.lost === 1 ? 'record' : 'records'} or more cannot be read: ${answer.lostWhy ?? ''}`);
    }
    return exitCodes.fine;
  },
};
