/** What the app must never do: leave its page, open windows, ask for permissions, talk to a network. */
import { app, session } from 'electron';
import { appOrigin } from './app-protocol.ts';

/** What every page of the program is opened with. */
export const pagePreferences = {
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  webviewTag: false,
  spellcheck: false,
  // showOpenFilePicker and its kin: files are chosen by main's dialogs alone, and a permission that is denied can end the program.
  disableBlinkFeatures: 'FileSystemAccess,FileSystemAccessLocal',
} as const;

/** By these somebody else drives the program, and reads and writes with its rights. The fuses of the package refuse Node's own. */
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

/** Ends the packaged program when it is to be debugged; from a checkout the tests drive it so. */
function refuseDebugging(): void {
  const asked = debuggingSwitches.find((name) => app.commandLine.hasSwitch(name));
  if (!app.isPackaged || asked === undefined) return;
  process.stderr.write(
    `dumpbench: --${asked} is not allowed: no other program may control Dumpbench, because it reads evidence. Run it from a checkout to debug it.\n`,
  );
  process.exit(2);
}

/** Before the app is ready. */
export function hardenApp(): void {
  refuseDebugging();
  // With --no-sandbox (root on Linux) enableSandbox crash-loops; everywhere else every renderer is sandboxed.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  for (const name of ['disable-background-networking', 'disable-component-update', 'disable-domain-reliability', 'no-pings'])
    app.commandLine.appendSwitch(name);
  app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND');
  // WebRTC goes around all of this. It may use UDP and TCP by way of a proxy alone, and at this one nobody listens: port 9 discards.
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

/** After the app is ready, before the first window. */
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
