/** Engine in a child process of a door: started with an IPC channel in advanced serialization. */
import { createEngine } from '../engine/engine.ts';
import { engineProtocol } from '../../shared/engine-protocol.ts';
import { serve } from '../../shared/rpc.ts';
import { ipcPort } from './ipc-port.ts';

const port = ipcPort();
const engine = createEngine();
serve(engineProtocol, engine.handlers, port);
port.onClose(() => {
  engine.close();
  process.exit(0);
});
