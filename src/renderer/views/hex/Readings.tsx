/** Interpretations of the bytes under the cursor; addresses are links. SymbolNames shows their symbols. */
import { useQuery } from '../../hooks/use-query.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import type { Position } from '../../state/position.ts';
import { useWorkbench } from '../../workbench.ts';
import { explained } from '../../widgets/explained.ts';
import { Hostile } from '../../widgets/Hostile.tsx';

export function Readings({ dump, position }: { readonly dump: OpenDump; readonly position: Position }) {
  const { engine, places } = useWorkbench();
  const { space, address, cpu } = position;
  const owner = (space === 'real' || space === 'virtual') && cpu !== undefined ? { cpu } : {};
  const query = useQuery(dump, `${space}/${cpu ?? ''}/${address}`, (handle, signal) =>
    engine.call('inspect', { dump: handle, space, address, ...owner }, { signal }),
  );
  const readings = query.error === undefined ? (query.value?.readings ?? []) : [];
  if (readings.length === 0) return null;
  return (
    <section data-testid="readings">
      <h3 className="caption">Interpreted as</h3>
      <dl className="readings">
        {readings.map(({ name, text, place }) => (
          <div key={name} className="reading">
            <dt className="dim">{name}</dt>
            <dd className="code">
              <Hostile text={text} />
              {place === undefined ? null : (
                <button
                  type="button"
                  className="link reading-follow"
                  {...explained(dump.key, { space: place.space, address: BigInt(place.address), length: 1 })}
                  onClick={() =>
                    places.goTo(dump.key, { space: place.space, address: BigInt(place.address), length: 1, ...(place.space === 'virtual' ? owner : {}) })
                  }
                >
                  follow
                  <span className="unseen"> {name}</span>
                </button>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
