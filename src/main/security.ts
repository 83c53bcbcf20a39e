/** Prevents what the app must never do: leave its page, open windows, ask for permissions, use a network. */
import { app, session } from 'electron';
import { appOrigin } from './app-protocol.ts';

/** Web preferences of every page of the program. */
export const pagePreferences = {
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  webviewTag: false,
  spellcheck: false,
  // showOpenFilePicker and similar: files are chosen only in main's dialogs, and a denied permission can crash the program.
  disableBlinkFeatures: 'FileSystemAccess,FileSystemAccessLocal',
} as const;

/** With these, another program could control this one, and read and write with its rights. The fuses of the package disable Node's own switches. */
const debuggingSwitches = [
  'remote-debugging-port',
  'remote-debugging-pipe',
  'remote-debugging-address',
  'remote-debugging-io-pipes',
  'remote-debugging-socket-name',
  'inspect',
  'inspect-brk',
  'inspect-port',
  'wait-for-debugger',
  'wait-for-debugger-children',
] as const;

/** Exits if the packaged program is started for debugging. In a checkout this is allowed: the tests control it that way. */
function refuseDebugging(): void {
  const asked = debuggingSwitches.find((name) => app.commandLine.hasSwitch(name));
  if (!app.isPackaged || asked === undefined) return;
  process.stderr.write(
    `dumpbench: --${asked} is not allowed: no other program may control Dumpbench, because it reads evidence. Run it from a checkout to debug it.\n`,
  );
  process.exit(2);
}

/** Call before the app is ready. */
export function hardenApp(): void {
  refuseDebugging();
  // With --no-sandbox (root on Linux) enableSandbox crash-loops; otherwise every renderer is sandboxed.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  for (const name of ['disable-background-networking', 'disable-component-update', 'disable-domain-reliability', 'no-pings'])
    app.commandLine.appendSwitch(name);
  app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND');
  // WebRTC bypasses all of this. It may use UDP and TCP only through a proxy, and nothing listens at this one: port 9 is "discard".
  app.commandLine.appendSwitch('force-webrtc-ip-handling-policy', 'disable_non_proxied_udp');
  app.commandLine.appendSwitch('proxy-server', 'http://127.0.0.1:9');
  app.commandLine.appendSwitch('proxy-bypass-list', '<-loopback>');
  app.on('web-contents-created', (_event, contents) => {
    contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
    contents.on('will-navigate', (event) => {
      event.preventDefault();
    });
    contents.on('will-redirect', (event) => {
      event.preventDefault();
    });
    contents.on('will-attach-webview', (event) => {
      event.preventDefault();
    });
  });
}

/** Call after the app is ready, before the first window. */
export function hardenSession(): void {
  const current = session.defaultSession;
  current.setPermissionRequestHandler((_contents, _permission, answer) => {
    answer(false);
  });
  current.setPermissionCheckHandler(() => false);
  current.setDevicePermissionHandler(() => false);
  current.setSpellCheckerEnabled(false);
  current.webRequest.onBeforeRequest((details, answer) => {
    const own =
      details.url.startsWith(`${appOrigin}/`) ||
      details.url.startsWith('devtools://') ||
      details.url.startsWith('data:') ||
      details.url.startsWith(`blob:${appOrigin}`);
    answer({ cancel: !own });
  });
  current.on('will-download', (event) => {
    event.preventDefault();
  });
}
