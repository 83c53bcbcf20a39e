import { useMemo } from 'react';
import { pageSize, byteText } from '../../../shared/units.ts';
import { countText, percentText } from '../../words/numbers.ts';
import { DataTable } from '../../widgets/data-table/DataTable.tsx';
import type { DataColumn } from '../../widgets/data-table/table-parts.ts';
import { Chart, type Slice } from '../../widgets/charts/Chart.tsx';
import { Swatch } from '../../widgets/memory-strip/Legend.tsx';
import { memoryKinds, pagesOf, type KindCounts, type MemoryKind, type MemoryKindId } from '../../../shared/memory-kinds.ts';

const withBytes: ReadonlySet<MemoryKindId> = new Set<MemoryKindId>(['fill', 'data', 'pointers', 'text', 'code', 'entropy']);
const describe = (pages: number): string => byteText(pages * pageSize);

/** States as bars: pages with bytes are one of them. */
function stateSlices(counts: KindCounts): readonly Slice[] {
  const present = memoryKinds.reduce((sum, { id }) => (withBytes.has(id) ? sum + counts[id] : sum), 0);
  // As on the strip: a state looks the same everywhere.
  const others = memoryKinds.filter(({ id }) => !withBytes.has(id) && (counts[id] > 0 || id === 'zero' || id === 'missing'));
  return [
    { label: 'with bytes', value: present, colour: '--mem-data' },
    ...others.map(({ id, label, colour, pattern }) => ({ label, value: counts[id], colour, pattern })),
  ];
}

/** @param total pages of all kinds */
const kindColumns = (counts: KindCounts, total: number): readonly DataColumn<MemoryKind>[] => [
  {
    id: 'kind',
    title: 'kind',
    width: 12,
    grow: 1,
    text: ({ label }) => label,
    cell: (kind) => (
      <span className="legend-item" title={kind.meaning}>
        <Swatch kind={kind} />
        {kind.label}
      </span>
    ),
  },
  { id: 'pages', title: 'pages', width: 9, kind: 'number', text: ({ id }) => countText(counts[id]), value: ({ id }) => counts[id] },
  { id: 'size', title: 'size', width: 8, kind: 'number', text: ({ id }) => describe(counts[id]), value: ({ id }) => counts[id] * pageSize },
  { id: 'share', title: 'share', width: 6, kind: 'number', text: ({ id }) => percentText(counts[id], total), value: ({ id }) => counts[id] / total },
];

/** Shares of classes (doughnut) and states (bars), with the numbers as a table. */
export function PageCharts({ counts, zoomed }: { readonly counts: KindCounts; readonly zoomed: boolean }) {
  const total = pagesOf(counts);
  const classes = useMemo(
    () =>
      memoryKinds
        .filter(({ id }) => withBytes.has(id) && counts[id] > 0)
        .map((kind) => ({ kind, label: kind.label, value: counts[kind.id], colour: kind.colour })),
    [counts],
  );
  const bytes = classes.reduce((sum, { value }) => sum + value, 0);
  const states = useMemo(() => stateSlices(counts), [counts]);
  const kinds = useMemo(() => memoryKinds.filter(({ id }) => counts[id] > 0), [counts]);
  const columns = useMemo(() => kindColumns(counts, total), [counts, total]);
  const where = zoomed ? 'in the visible range' : 'of all memory';
  return (
    <aside className="page-charts" aria-label="Shares of pages" tabIndex={0}>
      <section className="card">
        <h2 className="caption">Pages with bytes, by class</h2>
        <div className="class-chart">
          {classes.length === 0 ? (
            <p className="dim">
              Classes become known as pages are indexed. Indexing runs in the background. If it was stopped, choose “Build or resume the page index” in the
              palette.
            </p>
          ) : (
            <div className="class-parts">
              <Chart kind="doughnut" slices={classes} describe={describe} />
              <ul className="legend">
                {classes.map(({ kind, value }) => (
                  <li key={kind.id} className="legend-item" title={kind.meaning}>
                    <Swatch kind={kind} />
                    {kind.label} {percentText(value, bytes)}
                  </li>
                ))}
              </ul>
            </div>
          )}
        </div>
      </section>
      <section className="card">
        <h2 className="caption">States {where}</h2>
        <div className="state-chart" style={{ height: 30 + states.length * 26 }}>
          <Chart kind="bars" slices={states} describe={describe} />
        </div>
      </section>
      <section className="card">
        <h2 className="caption">Pages {where}</h2>
        <DataTable name="page-kinds" label={`Pages ${where}`} testId="kind-table" columns={columns} rows={kinds} asHighAsRows />
      </section>
    </aside>
  );
}
