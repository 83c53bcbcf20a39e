import type { RegionCounts } from '../../../shared/compare-model.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { countText } from '../../words/numbers.ts';

const differing = (region: RegionCounts): number => region.changed + region.onlyLeft + region.onlyRight + (region.unreadable ?? 0);

export function RegionCountsTable({ regions, onShow }: { readonly regions: readonly RegionCounts[]; readonly onShow: (address: bigint) => void }) {
  const most = regions.map(differing).reduce((largest, count) => Math.max(largest, count), 1);
  return (
    <div className="compare-regions">
      <table className="table" data-testid="compare-regions">
        <thead>
          <tr>
            <th>region</th>
            <th className="number">pages</th>
            <th className="number">differ</th>
            <th>
              <span className="unseen">share</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {regions.map((region, index) => {
            const count = differing(region);
            const { start } = region;
            return (
              <tr key={index}>
                <td>
                  {start === undefined ? (
                    <Hostile text={region.name} />
                  ) : (
                    <button type="button" className="link" title={`Go to absolute:${start}`} onClick={() => onShow(BigInt(start))}>
                      <Hostile text={region.name} />
                    </button>
                  )}
                </td>
                <td className="number">{countText(region.pages)}</td>
                <td className="number">{count === 0 ? '' : countText(count)}</td>
                <td className="compare-bar-cell">
                  {count > 0 ? (
                    <span className="compare-bar-fill" style={{ width: `${Math.max(2, (count / most) * 100)}%` }} />
                  ) : region.pages === 0 ? (
                    <span className="dim">in neither dump</span>
                  ) : (
                    <span className="tone-ok">identical</span>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
