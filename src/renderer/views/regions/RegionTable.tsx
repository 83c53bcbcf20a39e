import { useMemo, useState } from 'react';
import { regionKinds, type RegionJson } from '../../../shared/structure-model.ts';
import { byteText, hex } from '../../../shared/units.ts';
import type { ContextItem } from '../../state/context-menu.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { useWorkbench } from '../../workbench.ts';
import { AddressLink } from '../../widgets/AddressLink.tsx';
import { HexNumber } from '../../widgets/HexNumber.tsx';
import { IconButton } from '../../widgets/IconButton.tsx';
import { DataTable } from '../../widgets/data-table/DataTable.tsx';
import type { DataColumn } from '../../widgets/data-table/table-parts.ts';
import type { Span } from '../../../shared/strip-layout.ts';

const spanOf = ({ start, end }: RegionJson): Span => ({ start: BigInt(start), end: BigInt(end) });

type Kind = RegionJson['kind'];

/** Ordered by start; a region comes before those that it contains. */
function byAddress(left: RegionJson, right: RegionJson): number {
  const starts = BigInt(left.start) - BigInt(right.start);
  const ends = BigInt(right.end) - BigInt(left.end);
  return Number(starts === 0n ? ends : starts);
}

const sizeOf = ({ start, end }: RegionJson): bigint => BigInt(end) - BigInt(start);

/** @param dump key of the dump */
const regionColumns = (dump: string, onShow: (span: Span) => void): readonly DataColumn<RegionJson>[] => [
  {
    id: 'start',
    title: 'start',
    width: 21,
    kind: 'hex',
    text: ({ start }) => start,
    cell: ({ start }) => (
      <AddressLink dump={dump} position={{ space: 'absolute', address: BigInt(start), length: 1 }}>
        {start}
      </AddressLink>
    ),
  },
  { id: 'end', title: 'end', width: 21, kind: 'hex', text: ({ end }) => end, cell: ({ end }) => <HexNumber value={end} /> },
  { id: 'size', title: 'size', width: 10, kind: 'number', text: (region) => byteText(sizeOf(region)), value: sizeOf },
  { id: 'kind', title: 'kind', width: 14, text: ({ kind }) => kind, cell: ({ kind }) => <span className="dim">{kind}</span> },
  { id: 'name', title: 'what', width: 24, grow: 1, text: ({ name }) => name },
  {
    id: 'file',
    title: 'in the file',
    width: 21,
    kind: 'hex',
    text: ({ fileOffset }) => (fileOffset === undefined ? '' : hex(fileOffset)),
    cell: ({ fileOffset }) =>
      fileOffset === undefined ? null : <AddressLink dump={dump} position={{ space: 'file', address: BigInt(fileOffset), length: 1 }} />,
  },
  {
    id: 'zoom',
    title: 'zoom',
    width: 5,
    isTool: true,
    text: () => '',
    cell: (region) => <IconButton icon="zoom-in" label={`Zoom to ${region.name} at ${region.start}`} onPress={() => onShow(spanOf(region))} />,
  },
];

export function RegionTable({ dump, onShow }: { readonly dump: OpenDump; readonly onShow: (span: Span) => void }) {
  const { exports, places } = useWorkbench();
  const [kind, setKind] = useState<Kind | 'all'>('all');
  const { key, regions } = dump;
  const kinds = useMemo(() => regionKinds.filter((one) => regions?.some((region) => region.kind === one)), [regions]);
  const wanted = useMemo(() => (regions ?? []).filter((region) => kind === 'all' || region.kind === kind).toSorted(byAddress), [regions, kind]);
  const columns = useMemo(() => regionColumns(key, onShow), [key, onShow]);
  if (regions === undefined) return <p className="message">Reading the regions…</p>;

  const itemsOf = (region: RegionJson): readonly ContextItem[] => {
    const range = spanOf(region);
    return [
      { label: 'Export the memory of this region…', enabled: range.start < range.end, run: () => exports.draft.set({ dump: key, range }) },
      { label: 'Show in hex', run: () => places.goTo(key, { space: 'absolute', address: range.start, length: 1 }) },
      { label: 'Zoom the strip to it', run: () => onShow(range) },
    ];
  };
  return (
    <section className="region-table" aria-label="Regions">
      <DataTable
        name="regions"
        label="Regions"
        testId="region-table"
        columns={columns}
        rows={wanted}
        total={regions.length}
        noun={['region', 'regions']}
        filter={{ label: 'Filter regions' }}
        after={
          <label className="dim">
            kind{' '}
            <select value={kind} onChange={(event) => setKind(event.currentTarget.value as Kind | 'all')} className="select">
              <option value="all">all</option>
              {kinds.map((one) => (
                <option key={one} value={one}>
                  {one}
                </option>
              ))}
            </select>
          </label>
        }
        onRow={(region) => onShow(spanOf(region))}
        rowItems={itemsOf}
      />
    </section>
  );
}
