/** What each named region is made of: states and classes of its pages as a chart and as numbers. */
import { useMemo } from 'react';
import { byteText, pageSize } from '../../../shared/units.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import { useQuery } from '../../hooks/use-query.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { countText } from '../../words/numbers.ts';
import { useWorkbench } from '../../workbench.ts';
import { HexNumber } from '../../widgets/HexNumber.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';
import { StackedChart } from '../../widgets/charts/StackedChart.tsx';
import { QueryMessage } from '../../widgets/QueryMessage.tsx';
import { Swatch } from '../../widgets/memory-strip/Legend.tsx';
import { memoryKinds, sumCounts } from '../../../shared/memory-kinds.ts';
import type { Span } from '../../../shared/strip-layout.ts';
import { comparedRegions } from './region-choice.ts';

const describe = (pages: number): string => `${countText(pages)} pages, ${byteText(pages * pageSize)}`;
const rowHeight = 26;

export function RegionClasses({ dump, onShow }: { readonly dump: OpenDump; readonly onShow: (span: Span) => void }) {
  const { engine } = useWorkbench();
  const regions = useMemo(() => comparedRegions(dump.regions ?? []), [dump.regions]);
  const key = regions.length === 0 ? undefined : `${regions.length}@${dump.stripVersion}`;
  const query = useQuery(dump, key, async (handle, signal) =>
    Promise.all(
      regions.map(async (region) => {
        const { buckets } = await engine.call('strip', { dump: handle, start: BigInt(region.start), end: BigInt(region.end), buckets: 1 }, { signal });
        return { region, counts: sumCounts(buckets) };
      }),
    ),
  );
  const rows = query.value;
  const kinds = useMemo(() => memoryKinds.filter(({ id }) => rows?.some(({ counts }) => counts[id] > 0) === true), [rows]);
  const names = useMemo(() => (rows ?? []).map(({ region }) => visibleText(`${region.name} ${region.start}`).slice(0, 44)), [rows]);
  const parts = useMemo(
    () =>
      kinds.map(({ id, label, colour, pattern }) => ({
        label,
        colour,
        pattern,
        values: (rows ?? []).map(({ counts }) => counts[id]),
      })),
    [kinds, rows],
  );
  if (regions.length === 0) return <p className="message">This dump names no region of a page or more.</p>;
  if (rows === undefined) return <QueryMessage query={query} what="the pages of each region" />;
  return (
    <div className="region-scroll region-classes" tabIndex={0} role="group" aria-label="Pages of each region" data-testid="region-classes">
      <ul className="legend">
        {kinds.map((kind) => (
          <li key={kind.id} className="legend-item" title={kind.meaning}>
            <Swatch kind={kind} />
            {kind.label}
          </li>
        ))}
      </ul>
      <div style={{ height: 30 + rows.length * rowHeight }}>
        <StackedChart rows={names} parts={parts} describe={describe} />
      </div>
      <table className="table">
        <thead>
          <tr>
            <th>region</th>
            <th className="number">size</th>
            {kinds.map(({ id, label }) => (
              <th key={id} className="number">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ region, counts }) => (
            <tr key={`${region.name}${region.start}`}>
              <td>
                <button type="button" className="link" title="Zoom to it" onClick={() => onShow({ start: BigInt(region.start), end: BigInt(region.end) })}>
                  <Hostile text={region.name} />
                </button>{' '}
                <span className="dim code">
                  <HexNumber value={region.start} />
                </span>
              </td>
              <td className="number">{byteText(BigInt(region.end) - BigInt(region.start))}</td>
              {kinds.map(({ id }) => (
                <td key={id} className={`number${counts[id] === 0 ? ' dim' : ''}`}>
                  {countText(counts[id])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
