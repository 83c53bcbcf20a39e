import { countText } from '../../../shared/count-text.ts';
import { logLine } from '../../../shared/log-line.ts';
import { paragraph, quoted } from '../blocks.ts';
import type { ReportSection } from './section.ts';

export const logSection: ReportSection = {
  id: 'log',
  title: 'The end of the kernel log',
  about: 'the last part of the log, around the line that says why the system died',
  byDefault: true,
  parts: ['log'],
  content({ log }) {
    if (log === undefined) return [];
    if ('why' in log) return [paragraph(['The log cannot be shown: ', quoted(log.why)], 'plain')];
    const { records, death, before, after, lost, source } = log;
    if (records.length === 0) return [paragraph('The log is empty.')];
    const counts = [
      before === 0 ? undefined : `${countText(before)} earlier`,
      after === 0 ? undefined : `${countText(after)} later`,
      lost === 0 ? undefined : `${countText(lost)} that cannot be read`,
    ].filter((count) => count !== undefined);
    return [
      paragraph(['From ', quoted(source), counts.length === 0 ? ', all of it.' : `; left out: ${counts.join(', ')}.`]),
      {
        kind: 'code',
        lines: records.flatMap((record, at) =>
          logLine(record, false)
            .replaceAll('\t', '    ')
            .split('\n')
            .map((text) => (at === death ? { text, marked: true } : { text })),
        ),
      },
    ];
  },
};
