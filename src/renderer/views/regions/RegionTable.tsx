import { useMemo, useState } from 'react';
import { regionKinds, type RegionJson } from '../../../shared/structure-model.ts';
import { byteText, hex } from '../../../shared/units.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { plural } from '../../words/numbers.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { IconButton } from '../../widgets/IconButton.tsx';
import type { Span } from '../../widgets/memory-strip/strip-layout.ts';

/** More rows are behind a button: a dump can have tens of thousands of segments. */
const firstRows = 500;

type Kind = RegionJson['kind'];

/** By start; what holds others comes before them. */
function byAddress(left: RegionJson, right: RegionJson): number {
  const starts = BigInt(left.start) - BigInt(right.start);
  const ends = BigInt(right.end) - BigInt(left.end);
  return Number(starts === 0n ? ends : starts);
}

export function RegionTable({ dump, onShow }: { readonly dump: OpenDump; readonly onShow: (span: Span) => void }) {
  const { places } = useWorkbench();
  const [kind, setKind] = useState<Kind | 'all'>('all');
  const [limit, setLimit] = useState(firstRows);
  const regions = dump.regions;
  const kinds = useMemo(() => regionKinds.filter((one) => regions?.some((region) => region.kind === one)), [regions]);
  if (regions === undefined) return <p className="message">Reading the regions…</p>;
  const wanted = (kind === 'all' ? regions : regions.filter((region) => region.kind === kind)).toSorted(byAddress);
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
      <div className="region-scroll">
        <table className="table" data-testid="region-table">
          <thead>
            <tr>
              <th className="number">start</th>
              <th className="number">end</th>
              <th className="number">size</th>
              <th>kind</th>
              <th>what</th>
              <th>in the file</th>
              <th>
                <span className="unseen">zoom</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {wanted.slice(0, limit).map((region, index) => {
              const start = BigInt(region.start);
              const end = BigInt(region.end);
              return (
                <tr key={index}>
                  <td className="number code">
                    <button
                      type="button"
                      className="link code"
                      title={`Show absolute:${region.start} in hex`}
                      onClick={() => places.goTo(dump.key, { space: 'absolute', address: start, length: 1 })}
                    >
                      {region.start}
                    </button>
                  </td>
                  <td className="number code">{region.end}</td>
                  <td className="number">{byteText(end - start)}</td>
                  <td className="dim">{region.kind}</td>
                  <td className="region-name">
                    <Hostile text={region.name} />
                  </td>
                  <td className="code">
                    {region.fileOffset === undefined ? null : (
                      <button
                        type="button"
                        className="link code"
                        onClick={() => places.goTo(dump.key, { space: 'file', address: BigInt(region.fileOffset ?? 0), length: 1 })}
                      >
                        {hex(region.fileOffset)}
                      </button>
                    )}
                  </td>
                  <td className="region-zoom">
                    <IconButton icon="zoom-in" label={`Zoom to ${region.name} at ${region.start}`} onPress={() => onShow({ start, end })} />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
        {wanted.length > limit ? (
          <button type="button" className="button" onClick={() => setLimit(limit * 4)}>
            Show more of {plural(wanted.length, 'region')}
          </button>
        ) : null}
      </div>
    </section>
  );
}
