/** The bridge of the sandboxed page: passes shell calls, shell events, and the ports of the engine and of a fleet's catalogue. Nothing else. */
import { contextBridge, ipcRenderer, webFrame, webUtils } from 'electron';
import { enginePortMessage, fleetPortMessage } from '../shared/shell-protocol.ts';

interface Answer {
  readonly ok: boolean;
  readonly value?: unknown;
  readonly message?: string;
}

// The page does not need WebRTC, and main/security.ts blocks it too.
void webFrame.executeJavaScript('for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection", "RTCDataChannel"]) delete window[name]');

contextBridge.exposeInMainWorld('dumpbench', {
  async call(method: string, params: unknown): Promise<unknown> {
    const answer = (await ipcRenderer.invoke('shell-call', method, params)) as Answer;
    if (!answer.ok) throw new Error(answer.message ?? 'the call failed');
    return answer.value;
  },
  onEvent(listener: (event: unknown) => void): void {
    ipcRenderer.on('shell-event', (_event, value: unknown) => {
      listener(value);
    });
  },
  pathOf: (file: File): string => webUtils.getPathForFile(file),
});

// A MessagePort cannot cross the context bridge; it can be posted to the page's own window.
for (const [channel, message] of [
  ['engine-port', enginePortMessage],
  ['fleet-port', fleetPortMessage],
] as const)
  ipcRenderer.on(channel, (event) => {
    window.postMessage(message, window.location.origin, [...event.ports]);
  });
