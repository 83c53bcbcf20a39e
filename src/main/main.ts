/** Entry point of the desktop app: wires the parts and contains no logic. Never parses a dump. */
import { givenArguments } from '../files/argument-bytes.ts';
import { append } from '../shared/append.ts';
import { app } from 'electron';
import { dumpPaths } from './command-line.ts';
import { registerAppScheme, serveApp } from './app-protocol.ts';
import { handleShellCalls } from './ipc.ts';
import { installMenu } from './menu.ts';
import { hardenApp, hardenSession } from './security.ts';
import { pageToPrint, printFile, usePrintProfile } from './print-file.ts';
import { openSettings } from './settings.ts';
import { useOwnUserFolder } from './user-folder.ts';
import { createWindow } from './window.ts';

hardenApp();
const folderRemark = useOwnUserFolder();
registerAppScheme();

const printing = pageToPrint(process.argv);
if (printing !== undefined) usePrintProfile(printing);
const paths = printing !== undefined ? [] : dumpPaths(givenArguments(process.argv), process.cwd());
const first = printing !== undefined || app.requestSingleInstanceLock({ paths });
if (printing !== undefined) void app.whenReady().then(() => printFile(printing));
else if (!first) app.quit();
else {
  /** Files that macOS passes before the window exists. */
  const early: string[] = [];
  let open = (more: readonly string[]): void => {
    append(early, more);
  };
  app.on('open-file', (event, path) => {
    event.preventDefault();
    open([path]);
  });
  app.on('second-instance', (_event, argv, directory, data) => {
    const given = (data as { paths?: unknown } | null)?.paths;
    open(Array.isArray(given) ? given.filter((path) => typeof path === 'string') : dumpPaths(argv, directory));
  });
  app.on('window-all-closed', () => {
    app.quit();
  });
  // Electron waits for this module before it is ready: awaiting readiness at the top level would never return.
  void app.whenReady().then(() => {
    hardenSession();
    serveApp();
    const settings = openSettings();
    const window = createWindow(settings, [...paths, ...early]);
    open = window.open;
    handleShellCalls(window, settings, folderRemark === undefined ? [] : [folderRemark], () => installMenu(window, settings));
    installMenu(window, settings);
  });
}
