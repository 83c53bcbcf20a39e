/** A page worker: a thread of the engine, see index/page-crew.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import type { CrewOrder, CrewStart } from '../index/crew-messages.ts';
import { startPageWork } from '../index/page-work.ts';

const port = parentPort;
if (port === null) throw new Error('host/page-worker is started by the engine, not by hand');

void startPageWork(
  {
    post(report) {
      port.postMessage(report);
    },
    onOrder(listener) {
      port.on('message', (order: CrewOrder) => {
        listener(order);
      });
    },
  },
  workerData as CrewStart,
);
