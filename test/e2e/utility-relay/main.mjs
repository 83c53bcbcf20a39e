// Electron main without a window: forks the engine's utility process and relays its port to whoever started us.
import { app, MessageChannelMain, utilityProcess } from 'electron';

/** Messages that came before the engine's port was there. */
const early = [];
let pass = (message) => early.push(message);
process.on('message', (message) => pass(message));
process.on('disconnect', () => app.quit());

void app.whenReady().then(() => {
  const engine = utilityProcess.fork(process.env.DUMPBENCH_RELAYED_ENGINE, []);
  const { port1, port2 } = new MessageChannelMain();
  engine.postMessage('engine-port', [port2]);
  engine.on('exit', (code) => app.exit(code));
  port1.on('message', (event) => process.send(event.data));
  port1.start();
  pass = (message) => port1.postMessage(message);
  for (const message of early) pass(message);
});
