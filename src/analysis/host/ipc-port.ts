import type { Port } from '../../shared/rpc.ts';

/** The IPC channel of a child process that a door has started with advanced serialization. @throws Error without one */
export function ipcPort(): Port {
  if (process.send === undefined) throw new Error('this process needs an IPC channel: it is started by Dumpbench, not by hand');
  return {
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
}
