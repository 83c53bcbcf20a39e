import { useMemo, useState, type MouseEvent } from 'react';
import { regionKinds, type RegionJson } from '../../../shared/structure-model.ts';
import { byteText, hex } from '../../../shared/units.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { plural } from '../../words/numbers.ts';
import { useWorkbench } from '../../workbench.ts';
import { AddressLink } from '../../widgets/AddressLink.tsx';
import { HexNumber } from '../../widgets/HexNumber.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';
import { IconButton } from '../../widgets/IconButton.tsx';
import type { VirtualColumn } from '../../widgets/virtual-table/table-parts.ts';
import { VirtualTable } from '../../widgets/virtual-table/VirtualTable.tsx';
import type { Span } from '../../widgets/memory-strip/strip-layout.ts';

const columns: readonly VirtualColumn[] = [
  { id: 'start', title: 'start', width: '21ch', number: true },
  { id: 'end', title: 'end', width: '21ch', number: true },
  { id: 'size', title: 'size', width: '10ch', number: true },
  { id: 'kind', title: 'kind', width: '14ch' },
  { id: 'name', title: 'what', width: 'minmax(24ch, 1fr)' },
  { id: 'file', title: 'in the file', width: '21ch' },
  { id: 'zoom', title: 'zoom', width: '5ch' },
];

const spanOf = ({ start, end }: RegionJson): Span => ({ start: BigInt(start), end: BigInt(end) });

type Kind = RegionJson['kind'];

/** By start; what holds others comes before them. */
function byAddress(left: RegionJson, right: RegionJson): number {
  const starts = BigInt(left.start) - BigInt(right.start);
  const ends = BigInt(right.end) - BigInt(left.end);
  return Number(starts === 0n ? ends : starts);
}

/** The row that a menu is asked for, by its place in the list: that under the pointer, or for the key the one that is picked. */
function rowOf({ target }: MouseEvent): number {
  if (!(target instanceof Element)) return -1;
  const picked = target.closest('[aria-activedescendant]')?.getAttribute('aria-activedescendant');
  const row = target.closest('[aria-rowindex]') ?? (picked === null || picked === undefined ? null : document.getElementById(picked));
  return Number(row?.getAttribute('aria-rowindex') ?? 0) - 2;
}

export function RegionTable({ dump, onShow }: { readonly dump: OpenDump; readonly onShow: (span: Span) => void }) {
  const { contextMenu, exports, places } = useWorkbench();
  const [kind, setKind] = useState<Kind | 'all'>('all');
  const regions = dump.regions;
  const kinds = useMemo(() => regionKinds.filter((one) => regions?.some((region) => region.kind === one)), [regions]);
  const wanted = useMemo(() => (regions ?? []).filter((region) => kind === 'all' || region.kind === kind).toSorted(byAddress), [regions, kind]);
  if (regions === undefined) return <p className="message">Reading the regions…</p>;

  const text = (row: number, column: number): string => {
    const region = wanted[row];
    if (region === undefined) return '';
    switch (columns[column]?.id) {
      case 'start':
        return region.start;
      case 'end':
        return region.end;
      case 'size':
        return byteText(BigInt(region.end) - BigInt(region.start));
      case 'kind':
        return region.kind;
      case 'name':
        return region.name;
      case 'file':
        return region.fileOffset === undefined ? '' : hex(region.fileOffset);
      default:
        return '';
    }
  };
  const cell = (row: number, column: number) => {
    const region = wanted[row];
    if (region === undefined) return null;
    switch (columns[column]?.id) {
      case 'start':
        return (
          <AddressLink dump={dump.key} position={{ space: 'absolute', address: BigInt(region.start), length: 1 }}>
            {region.start}
          </AddressLink>
        );
      case 'file':
        return region.fileOffset === undefined ? null : (
          <AddressLink dump={dump.key} position={{ space: 'file', address: BigInt(region.fileOffset), length: 1 }} />
        );
      case 'end':
        return <HexNumber value={region.end} />;
      case 'kind':
        return <span className="dim">{region.kind}</span>;
      case 'zoom':
        return <IconButton icon="zoom-in" label={`Zoom to ${region.name} at ${region.start}`} onPress={() => onShow(spanOf(region))} />;
      default:
        return <Hostile text={text(row, column)} title />;
    }
  };
  const openMenu = (event: MouseEvent): void => {
    const region = wanted[rowOf(event)];
    if (region === undefined) return;
    event.preventDefault();
    const range = spanOf(region);
    contextMenu.set({
      left: event.clientX,
      top: event.clientY,
      items: [
        { label: 'Export the memory of this region…', enabled: range.start < range.end, run: () => exports.draft.set({ dump: dump.key, range }) },
        { label: 'Show in hex', run: () => places.goTo(dump.key, { space: 'absolute', address: range.start, length: 1 }) },
        { label: 'Zoom the strip to it', run: () => onShow(range) },
      ],
    });
  };
  return (
    <section className="region-table" aria-label="Regions" onContextMenu={openMenu}>
      <div className="region-head">
        <span className="dim">{plural(wanted.length, 'region')}</span>
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
      </div>
      <VirtualTable
        label="Regions"
        testId="region-table"
        columns={columns}
        rows={wanted.length}
        text={text}
        cell={cell}
        onRow={(row) => {
          const region = wanted[row];
          if (region !== undefined) onShow(spanOf(region));
        }}
      />
    </section>
  );
}
