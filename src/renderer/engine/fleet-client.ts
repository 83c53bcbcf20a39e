/**
 * The window's client of the process that has a fleet's catalogue open. The only file that touches its port: main starts the process on request, and
 * the preload posts the port.
 */
import { fleetProtocol } from '../../shared/fleet-protocol.ts';
import { connect } from '../../shared/rpc.ts';
import { fleetPortMessage } from '../../shared/shell-protocol.ts';
import type { Shell } from '../shell/shell-calls.ts';
import type { FleetLink } from './fleet-link.ts';
import { pagePort } from './page-port.ts';

export function linkFleet(page: Window, shell: Pick<Shell, 'call'>): FleetLink {
  /** Ports arrive in the order in which they were requested. */
  const waiting: ((port: MessagePort) => void)[] = [];
  page.addEventListener('message', (event) => {
    const [port] = event.ports;
    if (event.source !== page || event.data !== fleetPortMessage || port === undefined) return;
    waiting.shift()?.(port);
  });
  return {
    async start(onGone) {
      const { promise: came, resolve } = Promise.withResolvers<MessagePort>();
      waiting.push(resolve);
      try {
        await shell.call('startFleet', {});
      } catch (error) {
        // This request gets no port: the next port belongs to the next request.
        waiting.splice(waiting.indexOf(resolve), 1);
        throw error;
      }
      const port = pagePort(await came, 'the process that had the catalogue open');
      port.onClose(onGone);
      return connect(fleetProtocol, port);
    },
  };
}
