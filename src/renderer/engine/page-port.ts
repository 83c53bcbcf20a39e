import type { Port } from '../../shared/rpc.ts';

/** @param what is at the other end, for use in sentences: "the engine" */
export function pagePort(port: MessagePort, what: string): Port {
  const closers: ((reason: string) => void)[] = [];
  let open = true;
  const closed = (reason: string): void => {
    if (!open) return;
    open = false;
    for (const closer of closers) closer(reason);
  };
  port.addEventListener('close', () => closed(`${what} closed its port`));
  return {
    post(message) {
      if (open) port.postMessage(message);
    },
    onMessage(listener) {
      port.addEventListener('message', (event) => listener(event.data));
      port.start();
    },
    onClose(listener) {
      closers.push(listener);
    },
    close() {
      port.close();
      closed(`${what} went away`);
    },
  };
}
