/** Engine in Electron's utility process: main sends one MessagePort, the page is at its other end. */
import { createEngine } from '../engine/engine.ts';
import { engineProtocol } from '../../shared/engine-protocol.ts';
import { serve } from '../../shared/rpc.ts';
import { sqlThroughMain, type MainPort } from './sql-through-main.ts';
import { electronPort, type ElectronMessagePort } from './electron-port.ts';

/** The part of Electron's process object that this host uses; the engine does not import Electron. */
interface UtilityProcess {
  readonly parentPort?: MainPort & { once(event: 'message', listener: (event: { readonly ports: readonly ElectronMessagePort[] }) => void): void };
}

const { parentPort } = process as unknown as UtilityProcess;
if (parentPort === undefined) throw new Error('host/utility-process runs inside Electron only');

parentPort.once('message', ({ ports }) => {
  const [port] = ports;
  if (port === undefined) throw new Error('the first message carries no port');
  const engine = createEngine({ startSqlProcess: sqlThroughMain(parentPort) });
  const connected = electronPort(port);
  serve(engineProtocol, engine.handlers, connected);
  connected.onClose(() => {
    engine.close();
    process.exit(0);
  });
  port.start();
});
