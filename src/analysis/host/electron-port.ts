import type { Port } from '../../shared/rpc.ts';

/** What Electron's MessagePortMain is to us. */
export interface ElectronMessagePort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): void;
  on(event: 'close', listener: () => void): void;
  start(): void;
  close(): void;
}

export function electronPort(port: ElectronMessagePort): Port {
  return {
    post(message) {
      port.postMessage(message);
    },
    onMessage(listener) {
      port.on('message', (event) => {
        listener(event.data);
      });
    },
    onClose(listener) {
      port.on('close', () => {
        listener('the window was closed');
      });
    },
    close() {
      port.close();
    },
  };
}
