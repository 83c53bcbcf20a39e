/**
 * The engine outside the main process. A utility process where this Electron's Node-API carries SQLite's binding; else a
 * child process on a Node that does (docs/engine-hosts.md).
 */
import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { utilityProcess, type MessagePortMain } from 'electron';
import { serveSqlProcesses } from './sql-process.ts';

export interface RunningEngine {
  /** In words, for the status bar. */
  readonly host: string;
  stop(): void;
}

/** better-sqlite3 13 is built for Node-API 10. */
const neededNodeApi = 10;
const entry = (name: string): string => fileURLToPath(new URL(`../engine/${name}.js`, import.meta.url)).replace('app.asar', 'app.asar.unpacked');

/** Only what the engine needs: nothing of the desktop session leaks into it. */
function engineEnvironment(): NodeJS.ProcessEnv {
  const kept = ['HOME', 'PATH', 'TMPDIR', 'TEMP', 'TMP', 'XDG_CACHE_HOME', 'LOCALAPPDATA', 'APPDATA', 'USERPROFILE', 'SystemRoot', 'LANG', 'LC_ALL'];
  return Object.fromEntries(kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
}

/** @param onGone called once, with a plain sentence, when the engine ends without having been stopped */
export function startEngine(port: MessagePortMain, onGone: (reason: string) => void): RunningEngine {
  const host = process.env.DUMPBENCH_ENGINE_HOST ?? (Number(process.versions.napi) >= neededNodeApi ? 'utility' : 'child');
  return host === 'utility' ? startUtility(port, onGone) : startChild(port, onGone);
}

function startUtility(port: MessagePortMain, onGone: (reason: string) => void): RunningEngine {
  const child = utilityProcess.fork(entry('utility-process'), [], { serviceName: 'Dumpbench engine', env: engineEnvironment() });
  let stopped = false;
  serveSqlProcesses(child, entry('sql-console'), engineEnvironment());
  child.postMessage('engine-port', [port]);
  child.on('exit', (code) => {
    if (!stopped) onGone(`the engine ended with code ${code}`);
  });
  return {
    host: 'utility process',
    stop() {
      stopped = true;
      child.kill();
    },
  };
}

/** The Node of the child process: named by the environment, brought along by the package, or the system's. */
function childNode(): string {
  const packaged = join(process.resourcesPath, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  return process.env.DUMPBENCH_NODE ?? (existsSync(packaged) ? packaged : 'node');
}

function startChild(port: MessagePortMain, onGone: (reason: string) => void): RunningEngine {
  const node = childNode();
  const child = fork(entry('child-process'), [], {
    execPath: node,
    execArgv: [],
    serialization: 'advanced',
    env: engineEnvironment(),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  let over = false;
  const end = (reason: string): void => {
    if (over) return;
    over = true;
    port.close();
    onGone(reason);
  };
  child.on('error', (error) => {
    end(`the engine could not be started on ${node}: ${error.message}`);
  });
  child.on('exit', (code, signal) => {
    end(signal === null ? `the engine ended with code ${code ?? '?'}` : `the engine was ended by ${signal}`);
  });
  child.on('message', (message) => {
    if (!over) port.postMessage(message);
  });
  port.on('message', (event) => {
    if (!over && child.connected) child.send(event.data as object);
  });
  port.start();
  return {
    host: 'child process on the pinned Node',
    stop() {
      over = true;
      port.close();
      child.kill();
    },
  };
}
