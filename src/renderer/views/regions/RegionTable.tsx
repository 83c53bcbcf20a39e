import { useMemo, useState } from 'react';
import { regionKinds, type RegionJson } from '../../../shared/structure-model.ts';
import { byteText, hex } from '../../../shared/units.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { plural } from '../../words/numbers.ts';
import { AddressLink } from '../../widgets/AddressLink.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';
import { IconButton } from '../../widgets/IconButton.tsx';
import type { VirtualColumn } from '../../widgets/virtual-table/table-parts.ts';
import { VirtualTable } from '../../widgets/virtual-table/VirtualTable.tsx';
import type { Span } from '../../widgets/memory-strip/strip-layout.ts';

const columns: readonly VirtualColumn[] = [
  { id: 'start', title: 'start', width: '18ch', number: true },
  { id: 'end', title: 'end', width: '18ch', number: true },
  { id: 'size', title: 'size', width: '10ch', number: true },
  { id: 'kind', title: 'kind', width: '14ch' },
  { id: 'name', title: 'what', width: 'minmax(24ch, 1fr)' },
  { id: 'file', title: 'in the file', width: '14ch' },
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

export function RegionTable({ dump, onShow }: { readonly dump: OpenDump; readonly onShow: (span: Span) => void }) {
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
      case 'kind':
        return <span className="dim">{region.kind}</span>;
      case 'zoom':
        return <IconButton icon="zoom-in" label={`Zoom to ${region.name} at ${region.start}`} onPress={() => onShow(spanOf(region))} />;
      default:
        return <Hostile text={text(row, column)} title />;
    }
  };
  return (
    <section className="region-table" aria-label="Regions">
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
