/**
 * The window's client of the engine. The only file that touches the engine's port: the preload posts a new one at each start of the engine; pending
 * calls on an older one are rejected with EngineFailure.
 */
import { defined } from '../../shared/defined.ts';
import { engineProtocol, type EngineClient } from '../../shared/engine-protocol.ts';
import { connect, EngineFailure } from '../../shared/rpc.ts';
import { enginePortMessage } from '../../shared/shell-protocol.ts';
import { createStore } from '../state/store.ts';
import type { EngineLink, EngineStatus } from './engine-link.ts';
import { pagePort } from './page-port.ts';

/** Must run before the page has finished loading: that is when the first port is posted. */
export function linkEngine(page: Window): EngineLink {
  const status = createStore<EngineStatus>({ state: 'starting', generation: 0 });
  let client: EngineClient | undefined;
  let host: string | undefined;

  const lost = (reason: string): void => {
    const old = client;
    client = undefined;
    old?.close();
    if (status.get().state !== 'gone') status.update(({ generation }) => ({ state: 'gone', generation, reason }));
  };

  page.addEventListener('message', (event) => {
    const [port] = event.ports;
    if (event.source !== page || event.data !== enginePortMessage || port === undefined) return;
    const old = client;
    client = undefined;
    old?.close();
    const wrapped = pagePort(port, 'the engine');
    const fresh = connect(engineProtocol, wrapped);
    wrapped.onClose((reason) => {
      if (client === fresh) lost(reason);
    });
    client = fresh;
    status.update(({ generation }) => ({ state: 'ready', generation: generation + 1, ...defined({ host }) }));
  });

  return {
    status,
    call(method, params, options) {
      if (client === undefined) return Promise.reject(new EngineFailure('the engine is not running'));
      return client.call(method, params, options);
    },
    onShellEvent(event) {
      if (event.event !== 'engine') return;
      switch (event.state) {
        case 'gone':
          lost(event.reason ?? 'it ended without giving a reason');
          break;
        case 'starting':
          // Also sent before the first port; after a loss it announces a new one.
          if (client === undefined) status.update(({ generation }) => ({ state: 'starting', generation }));
          break;
        case 'ready':
          host = event.host;
          if (host !== undefined && client !== undefined) status.update((now) => ({ ...now, ...defined({ host }) }));
          break;
      }
    },
  };
}
