/** The process that has a catalogue open for the window: Electron's utility process, or a child process on the pinned Node. It ends with the window, or when the window no longer needs it. */
import { electronPort, type ElectronMessagePort } from '../../analysis/host/electron-port.ts';
import { ipcPort } from '../../analysis/host/ipc-port.ts';
import { fleetProtocol } from '../../shared/fleet-protocol.ts';
import { serve, type Port } from '../../shared/rpc.ts';
import { createFleetHost } from './fleet-handlers.ts';

/** The part of Electron's process object that this host uses. */
interface UtilityProcess {
  readonly parentPort?: { once(event: 'message', listener: (event: { readonly ports: readonly ElectronMessagePort[] }) => void): void };
}

function serveOn(port: Port): void {
  const host = createFleetHost();
  serve(fleetProtocol, host.handlers, port);
  const end = (): void => {
    // A catalogue in a folder is closed in order: the next one who opens it has nothing to repair.
    void host.close().finally(() => process.exit(0));
  };
  port.onClose(end);
  process.once('SIGTERM', end);
}

const { parentPort } = process as unknown as UtilityProcess;
if (parentPort === undefined) serveOn(ipcPort());
else
  parentPort.once('message', ({ ports }) => {
    const [port] = ports;
    if (port === undefined) throw new Error('the first message has no port');
    serveOn(electronPort(port));
    port.start();
  });
