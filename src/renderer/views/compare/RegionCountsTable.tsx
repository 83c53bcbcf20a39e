/** How many pages differ in each named region. */
import { useMemo } from 'react';
import type { RegionCounts } from '../../../shared/compare-model.ts';
import { DataTable } from '../../widgets/data-table/DataTable.tsx';
import type { DataColumn } from '../../widgets/data-table/table-parts.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { countText } from '../../words/numbers.ts';

const differing = (region: RegionCounts): number => region.changed + region.onlyLeft + region.onlyRight + (region.unreadable ?? 0);

const stateText = (region: RegionCounts): string => (differing(region) > 0 ? '' : region.pages === 0 ? 'in neither dump' : 'identical');

/** @param most the highest number of differing pages in any region: the longest bar */
const countColumns = (most: number, onShow: (address: bigint) => void): readonly DataColumn<RegionCounts>[] => [
  {
    id: 'region',
    title: 'region',
    width: 18,
    grow: 2,
    text: ({ name }) => name,
    cell: ({ name, start }) =>
      start === undefined ? (
        <Hostile text={name} title />
      ) : (
        <button type="button" className="link" title={`Go to absolute:${start}`} onClick={() => onShow(BigInt(start))}>
          <Hostile text={name} />
        </button>
      ),
  },
  { id: 'pages', title: 'pages', width: 8, kind: 'number', text: ({ pages }) => countText(pages), value: ({ pages }) => pages },
  {
    id: 'differ',
    title: 'differ',
    width: 7,
    kind: 'number',
    text: (region) => (differing(region) === 0 ? '' : countText(differing(region))),
    value: differing,
  },
  {
    id: 'share',
    title: 'share',
    width: 15,
    grow: 1,
    text: stateText,
    cell: (region) => {
      const count = differing(region);
      if (count > 0) return <span className="compare-bar-fill" style={{ width: `${Math.max(2, (count / most) * 100)}%` }} />;
      return <span className={region.pages === 0 ? 'dim' : 'tone-ok'}>{stateText(region)}</span>;
    },
  },
];

export function RegionCountsTable({ regions, onShow }: { readonly regions: readonly RegionCounts[]; readonly onShow: (address: bigint) => void }) {
  const most = regions.map(differing).reduce((largest, count) => Math.max(largest, count), 1);
  const columns = useMemo(() => countColumns(most, onShow), [most, onShow]);
  return (
    <DataTable
      name="compare-regions"
      label="Pages that differ, by region"
      testId="compare-regions"
      columns={columns}
      rows={regions}
      noun={['region', 'regions']}
    />
  );
}
