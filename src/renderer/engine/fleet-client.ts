/** The process that has a fleet's catalogue open, as the window sees it. The only file that touches its port: main starts it when it is asked to, and the preload posts the port. */
import { fleetProtocol } from '../../shared/fleet-protocol.ts';
import { connect } from '../../shared/rpc.ts';
import { fleetPortMessage } from '../../shared/shell-protocol.ts';
import type { Shell } from '../shell/shell-calls.ts';
import type { FleetLink } from './fleet-link.ts';
import { pagePort } from './page-port.ts';

export function linkFleet(page: Window, shell: Pick<Shell, 'call'>): FleetLink {
  /** Ports come in the order in which they were asked for. */
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
        // No port comes of it: the next one is for whoever asks next.
        waiting.splice(waiting.indexOf(resolve), 1);
        throw error;
      }
      const port = pagePort(await came, 'the process that had the catalogue open');
      port.onClose(onGone);
      return connect(fleetProtocol, port);
    },
  };
}
