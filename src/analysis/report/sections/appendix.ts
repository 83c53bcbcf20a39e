import { facts, heading, marked, mono, paragraph, quoted, table, type Block, type Text, type Tone } from '../blocks.ts';
import type { ReportModel } from '../report-model.ts';
import { reportFacts, reportTrust } from '../report-text.ts';
import type { ReportSection } from './section.ts';

const trustTones: Readonly<Record<string, Tone>> = { verified: 'good', consistent: 'good', contradicted: 'bad', missing: 'doubtful' };

/** The value that a JSON pointer names (RFC 6901). */
function valueAt(document: unknown, pointer: string): string {
  let value = document;
  for (const token of pointer.slice(1).split('/')) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    value = typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
  }
  return value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
}

function provenance(report: ReportModel): readonly Block[] {
  const pointers = Object.keys(report.info.provenance ?? {});
  if (pointers.length === 0) return [];
  return [
    heading('Where each fact is from'),
    paragraph('verified: covered by a checksum that is right; consistent: two independent sources agree; unverifiable: one source; contradicted: a failed check, or two sources that differ; missing: expected and absent.'),
    table(
      [
        ['Fact', 'mono'],
        ['Value', 'mono'],
        ['Trust', 'mark'],
        ['Source', 'text'],
      ],
      reportTrust(report).map(({ fact, trust, source }, at): Text[] => [
        mono(fact),
        mono(valueAt(report.info, pointers[at] ?? '')),
        marked(trustTones[trust] ?? 'plain', trust),
        quoted(source),
      ]),
      500,
    ),
  ];
} // prettier-ignore

export const appendixSection: ReportSection = {
  id: 'appendix',
  title: 'Appendix: all facts',
  about: 'every fact with its source and how far it can be trusted, identity and dump key, and the version of the program',
  byDefault: true,
  content: (report) => [
    facts([
      ...reportFacts(report).map(([name, value]): readonly [Text, Text] => [name, mono(value)]),
      ['Dump key', report.dumpKey === undefined ? undefined : mono(report.dumpKey)],
      ['Written with', `${report.tool.name} ${report.tool.version}`],
    ]),
    ...provenance(report),
  ],
};
