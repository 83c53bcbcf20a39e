import { byteText } from '../../../shared/units.ts';
import { memoryStripSvg } from '../../../shared/memory-strip-svg.ts';
import type { RegionJson } from '../../../shared/structure-model.ts';
import { failingSpans, outlinesOf } from '../../../shared/strip-marks.ts';
import { type Block, mono, quoted, table, type Text } from '../blocks.ts';
import type { ReportModel } from '../report-model.ts';
import type { ReportSection } from './section.ts';

/** Of ranges that have a name, and of the others. */
const mostNamed = 80;
const mostPlain = 16;
const plainKinds: ReadonlySet<RegionJson['kind']> = new Set<RegionJson['kind']>(['stored', 'zero', 'excluded', 'missing', 'mixed']);
const isPlain = ({ kind }: RegionJson): boolean => plainKinds.has(kind);

function strip({ strip: buckets = [], regions, checks, info }: ReportModel): readonly Block[] {
  if (buckets.length === 0) return [];
  const span = { start: 0n, end: BigInt(info.memory.end) };
  const svg = memoryStripSvg({ span, buckets, outlines: outlinesOf(regions), failing: failingSpans(checks) }, 'strip');
  return [{ kind: 'drawing', svg, text: 'From left to right by absolute address; the height of a colour is its share of the pages there.' }];
}

export const memorySection: ReportSection = {
  id: 'memory',
  title: 'Memory',
  about: 'what memory holds, as a strip, and the regions that are known',
  byDefault: true,
  parts: ['pages'],
  content: (report) => [
    ...strip(report),
    table(
      [
        ['Kind', 'text'],
        ['Range', 'mono'],
        ['Size', 'number'],
        ['Name', 'text'],
      ],
      // What is stored and what is not is drawn above: what has a name comes first.
      report.regions
        .toSorted((one, other) => Number(isPlain(one)) - Number(isPlain(other)))
        .map(({ kind, start, end, name }): Text[] => [kind, mono(`${start}-${end}`), byteText(BigInt(end) - BigInt(start)), quoted(name)]),
      Math.min(mostNamed, report.regions.filter((one) => !isPlain(one)).length) + mostPlain,
    ),
  ],
};
