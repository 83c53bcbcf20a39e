/** What the app must never do: leave its page, open windows, ask for permissions, talk to a network. */
import { app, session } from 'electron';
import { appOrigin } from './app-protocol.ts';

/** Before the app is ready. */
export function hardenApp(): void {
  // With --no-sandbox (root on Linux) enableSandbox crash-loops; everywhere else every renderer is sandboxed.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  for (const name of ['disable-background-networking', 'disable-component-update', 'disable-domain-reliability', 'no-pings'])
    app.commandLine.appendSwitch(name);
  app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND');
  app.on('web-contents-created', (_event, contents) => {
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
