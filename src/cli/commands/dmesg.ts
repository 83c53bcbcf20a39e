import type { Command } from '../command.ts';
import { exitCodes, printJson, sayLine, UsageError } from '../io.ts';
import { withDump } from '../open-dump.ts';
import { levelNames, logLine } from '../../shared/log-line.ts';

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
  summary: "the kernel's log",
  args: ['<file>'],
  options: [
    { flags: '--level <level>', description: `only records of this level and the graver ones: ${levelNames.join(', ')}, or 0 to 7` },
    { flags: '--caller', description: 'with the thread or CPU that wrote each record, as newer makedumpfile prints it' },
  ],
  ofKernel: true,
  example: 'dumpbench dmesg dump.s390 --level warn',
  async run(context, [file = ''], options) {
    const limit = options.level === undefined ? undefined : levelOf(String(options.level));
    const answer = await withDump(context, file, (dump) => context.engine.call('dmesg', { dump }, { signal: context.io.signal }));
    // A record that does not say its level is kept.
    const records = limit === undefined ? answer.records : answer.records.filter(({ level }) => level === undefined || level <= limit);
    if (context.output.json) printJson(context.io, { ...answer, records });
    else {
      const placed = answer.records.reduce((sum, { lostBefore = 0 }) => sum + lostBefore, 0);
      const kept = new Set(records);
      const lines = answer.records.map((record) => {
        const line = kept.has(record) ? `${logLine(record, options.caller === true)}\n` : '';
        return gapLine(record.lostBefore ?? 0) + line;
      });
      context.io.out(lines.join('') + gapLine(answer.lost - placed));
    }
    if (answer.lost > 0 && !context.output.quiet) {
      sayLine(context.io, `dumpbench: ${answer.lost} ${answer.lost === 1 ? 'record' : 'records'} or more cannot be read: ${answer.lostWhy ?? ''}`);
    }
    return exitCodes.fine;
  },
};
