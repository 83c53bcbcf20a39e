/** A page worker: a thread of the engine, see page-index/page-crew.ts. */
import { parentPort } from 'node:worker_threads';
import type { CrewMessage } from '../page-index/crew-messages.ts';
import { startPageWork } from '../page-index/page-work.ts';

const port = parentPort;
if (port === null) throw new Error('host/page-worker is started by the engine, not by hand');

startPageWork({
  post(report, given = []) {
    port.postMessage(report, given);
  },
  onMessage(listener) {
    port.on('message', (message: CrewMessage) => {
      listener(message);
    });
  },
});
