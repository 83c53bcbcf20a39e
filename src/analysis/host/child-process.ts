/** Engine in a child process of a door: started with an IPC channel in advanced serialization. */
import { createEngine } from '../engine/engine.ts';
import { engineProtocol } from '../../shared/engine-protocol.ts';
import { serve, type Port } from '../../shared/rpc.ts';

if (process.send === undefined) throw new Error('host/child-process needs an IPC channel: it is started by a door, not by hand');

const port: Port = {
  post(message) {
    process.send?.(message);
  },
  onMessage(listener) {
    process.on('message', listener);
  },
  onClose(listener) {
    process.on('disconnect', () => {
      listener('the door went away');
    });
  },
  close() {
    process.disconnect();
  },
};

const engine = createEngine();
serve(engineProtocol, engine.handlers, port);
process.on('disconnect', () => {
  engine.close();
  process.exit(0);
});
