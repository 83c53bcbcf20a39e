/** The composition of each named region: states and classes of its pages, as a bar and as numbers. */
import { useMemo } from 'react';
import type { RegionJson } from '../../../shared/structure-model.ts';
import { byteText } from '../../../shared/units.ts';
import { useQuery } from '../../hooks/use-query.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { countText } from '../../words/numbers.ts';
import { useWorkbench } from '../../workbench.ts';
import { AddressLink } from '../../widgets/AddressLink.tsx';
import { DataTable } from '../../widgets/data-table/DataTable.tsx';
import type { DataColumn } from '../../widgets/data-table/table-parts.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { QueryMessage } from '../../widgets/QueryMessage.tsx';
import { Swatch } from '../../widgets/memory-strip/Legend.tsx';
import { KindBar } from '../../widgets/memory-strip/KindBar.tsx';
import { memoryKinds, sumCounts, type KindCounts, type MemoryKind } from '../../../shared/memory-kinds.ts';
import type { Span } from '../../../shared/strip-layout.ts';
import { comparableRegions, comparedRegions } from './region-choice.ts';

interface RegionRow {
  readonly region: RegionJson;
  readonly counts: KindCounts;
}

const spanOf = ({ region: { start, end } }: RegionRow): Span => ({ start: BigInt(start), end: BigInt(end) });
const sizeOf = (row: RegionRow): bigint => spanOf(row).end - spanOf(row).start;

/** @param kinds the kinds that occur in any of the regions */
const classColumns = (dump: string, kinds: readonly MemoryKind[], onShow: (span: Span) => void): readonly DataColumn<RegionRow>[] => [
  {
    id: 'region',
    title: 'region',
    width: 20,
    grow: 1,
    text: ({ region }) => region.name,
    cell: (row) => (
      <button type="button" className="link" title="Zoom to it" onClick={() => onShow(spanOf(row))}>
        <Hostile text={row.region.name} />
      </button>
    ),
  },
  {
    id: 'start',
    title: 'start',
    width: 20,
    kind: 'hex',
    text: ({ region }) => region.start,
    cell: ({ region }) => <AddressLink dump={dump} position={{ space: 'absolute', address: BigInt(region.start), length: 1 }} />,
  },
  { id: 'size', title: 'size', width: 9, kind: 'number', text: (row) => byteText(sizeOf(row)), value: sizeOf },
  { id: 'share', title: 'contents', width: 20, grow: 3, isTool: true, text: () => '', cell: ({ counts }) => <KindBar counts={counts} /> },
  ...kinds.map(({ id, label, meaning }): DataColumn<RegionRow> => ({
    id,
    title: label,
    about: meaning,
    width: Math.max(6, label.length),
    kind: 'number',
    text: ({ counts }) => countText(counts[id]),
    value: ({ counts }) => counts[id],
    cell: ({ counts }) => <span className={counts[id] === 0 ? 'dim' : ''}>{countText(counts[id])}</span>,
  })),
];

export function RegionClasses({ dump, onShow }: { readonly dump: OpenDump; readonly onShow: (span: Span) => void }) {
  const { engine } = useWorkbench();
  const regions = useMemo(() => comparedRegions(dump.regions ?? []), [dump.regions]);
  const key = regions.length === 0 ? undefined : `${regions.length}@${dump.stripVersion}`;
  const query = useQuery(dump, key, async (handle, signal) =>
    Promise.all(
      regions.map(async (region): Promise<RegionRow> => {
        const { buckets } = await engine.call('strip', { dump: handle, start: BigInt(region.start), end: BigInt(region.end), buckets: 1 }, { signal });
        return { region, counts: sumCounts(buckets) };
      }),
    ),
  );
  const rows = query.value;
  const kinds = useMemo(() => memoryKinds.filter(({ id }) => rows?.some(({ counts }) => counts[id] > 0) === true), [rows]);
  const columns = useMemo(() => classColumns(dump.key, kinds, onShow), [dump.key, kinds, onShow]);
  if (regions.length === 0) return <p className="message">This dump has no named region of at least one page.</p>;
  if (rows === undefined) return <QueryMessage query={query} what="the pages of each region" />;
  const all = comparableRegions(dump.regions ?? []).length;
  return (
    <DataTable
      name="region-classes"
      label="Pages of each region"
      testId="region-classes"
      columns={columns}
      rows={rows}
      noun={['region', 'regions']}
      remark={all > rows.length ? `, the largest of ${countText(all)}; counts are pages` : '; counts are pages'}
      filter={{ label: 'Filter regions' }}
      firstOrder={{ column: 'size', descending: true }}
      after={
        <ul className="legend">
          {kinds.map((kind) => (
            <li key={kind.id} className="legend-item" title={kind.meaning}>
              <Swatch kind={kind} />
              {kind.label}
            </li>
          ))}
        </ul>
      }
      onRow={(row) => onShow(spanOf(row))}
      rowItems={(row) => [{ label: 'Zoom the strip to it', run: () => onShow(spanOf(row)) }]}
    />
  );
}
