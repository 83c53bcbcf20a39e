/** The window and its engine. Each load of the page gets a new engine. */
import { append } from '../shared/append.ts';
import { fileURLToPath } from 'node:url';
import { BrowserWindow, MessageChannelMain, nativeTheme } from 'electron';
import { steadyMilliseconds } from '../files/steady-clock.ts';
import type { ShellEvent } from '../shared/shell-protocol.ts';
import { appOrigin } from './app-protocol.ts';
import { startEngine } from './engine-process.ts';
import { startFleet } from './fleet-process.ts';
import type { HostProcess } from './host-process.ts';
import { pagePreferences } from './security.ts';
import type { Settings } from './settings.ts';

export interface MainWindow {
  readonly browser: BrowserWindow;
  /** Opens dumps in the page, now or as soon as it has loaded. */
  readonly open: (paths: readonly string[]) => void;
  /** Dumps named before the page asked for them; empty afterwards. */
  readonly takeFirstPaths: () => readonly string[];
  readonly send: (event: ShellEvent) => void;
  readonly restartEngine: () => void;
  /** Gives the page a port to a new process that can open a catalogue; a previous one is ended. */
  readonly startFleet: () => void;
}

/** Restarts within this time count towards the same crash loop. */
const loopMs = 30_000;
const maxRestarts = 4;

export function createWindow(settings: Settings, firstPaths: readonly string[]): MainWindow {
  const bounds = settings.bounds();
  const browser = new BrowserWindow({
    ...(bounds ?? { width: 1280, height: 800 }),
    minWidth: 800,
    minHeight: 500,
    show: false,
    title: 'Dumpbench',
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#14171c' : '#f4f5f7',
    webPreferences: {
      preload: fileURLToPath(new URL('../preload/preload.cjs', import.meta.url)),
      ...pagePreferences,
    },
  });
  let loaded = false;
  let waiting = [...firstPaths];
  let engine: HostProcess | undefined;
  let fleet: HostProcess | undefined;
  let restarts: number[] = [];

  const send = (event: ShellEvent): void => {
    if (loaded && !browser.isDestroyed()) browser.webContents.send('shell-event', event);
  };

  const launch = (): void => {
    send({ event: 'engine', state: 'starting' });
    const { port1, port2 } = new MessageChannelMain();
    const started = startEngine(port2, (reason) => {
      if (engine !== started) return;
      engine = undefined;
      send({ event: 'engine', state: 'gone', reason });
      const now = steadyMilliseconds();
      restarts = [...restarts.filter((time) => now - time < loopMs), now];
      // A dump that kills the engine each time it is opened must not keep the machine busy.
      if (restarts.length <= maxRestarts) launch();
    });
    engine = started;
    browser.webContents.postMessage('engine-port', undefined, [port1]);
    send({ event: 'engine', state: 'ready', host: started.host });
  };

  browser.webContents.on('did-finish-load', () => {
    loaded = true;
    browser.webContents.setZoomFactor(settings.zoomFactor());
    engine?.stop();
    engine = undefined;
    launch();
  });
  browser.once('ready-to-show', () => {
    browser.show();
  });
  browser.on('close', () => {
    settings.setBounds(browser.getNormalBounds());
  });
  browser.on('closed', () => {
    engine?.stop();
    engine = undefined;
    fleet?.stop();
    fleet = undefined;
  });
  void browser.loadURL(`${appOrigin}/`);

  return {
    browser,
    send,
    open(paths) {
      if (loaded) send({ event: 'open', paths: [...paths] });
      else append(waiting, paths);
      if (browser.isMinimized()) browser.restore();
      browser.focus();
    },
    takeFirstPaths() {
      const taken = waiting;
      waiting = [];
      return taken;
    },
    startFleet() {
      const { port1, port2 } = new MessageChannelMain();
      fleet?.stop();
      fleet = startFleet(port2);
      browser.webContents.postMessage('fleet-port', undefined, [port1]);
    },
    restartEngine() {
      restarts = [];
      const old = engine;
      engine = undefined;
      old?.stop();
      send({ event: 'engine', state: 'gone', reason: 'restarted on request' });
      launch();
    },
  };
}
