/** What Dumpbench stores about dumps in the cache folder, and a button to delete it. */
import { useEffect, useEffectEvent, useState } from 'react';
import { byteText } from '../../../shared/units.ts';
import { createQuerySlot } from '../../engine/query-slot.ts';
import { useStore } from '../../hooks/use-store.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { QueryMessage } from '../../widgets/QueryMessage.tsx';
import { useWorkbench } from '../../workbench.ts';
import { cacheRows, type CacheFacts } from './cache-rows.ts';

export function CacheSettings() {
  const { engine, dumps, jobs } = useWorkbench();
  const [slot] = useState(() => createQuerySlot<CacheFacts>());
  const state = useStore(slot.state);
  const { generation } = useStore(engine.status);
  const isInUse = useStore(dumps.all).length > 0;
  // A job that ended may have changed the cache.
  const ended = useStore(jobs.all).filter(({ endedAt }) => endedAt !== undefined).length;
  const ask = useEffectEvent(() => slot.ask((signal) => engine.call('cache', {}, { signal })));
  useEffect(() => {
    ask();
    return slot.drop;
  }, [slot, generation, ended]);
  const clear = (): void => slot.ask((signal) => engine.call('cache', { pruneTo: 0 }, { signal }));
  const { value } = state;
  const total = value === undefined ? 0 : value.bytes + value.otherBytes;
  return (
    <section aria-labelledby="settings-cache">
      <h2 id="settings-cache">Cache</h2>
      <p className="dim">Page indexes and unpacked dumps. They are created again when needed; dumps themselves are never changed.</p>
      {value === undefined ? (
        <QueryMessage query={state} what="the cache folder" />
      ) : (
        <>
          <p className="code selectable" data-testid="settings-cache-folder">
            <Hostile text={value.folder} />
          </p>
          <dl className="settings-facts" data-testid="settings-cache">
            {cacheRows(value).map(([name, text]) => (
              <div key={name}>
                <dt className="dim">{name}</dt>
                <dd className="number">{text}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
      <div className="settings-buttons">
        <button type="button" className="button" disabled={isInUse || total === 0 || state.asking} onClick={clear} data-testid="settings-cache-clear">
          Clear the cache{total === 0 ? '' : ` (${byteText(total)})`}
        </button>
        {isInUse ? <span className="dim">Open dumps use it: close them first.</span> : null}
      </div>
      {state.error === undefined || value === undefined ? null : (
        <p className="tone-bad" role="alert">
          <Hostile text={state.error.message} />
        </p>
      )}
    </section>
  );
}
