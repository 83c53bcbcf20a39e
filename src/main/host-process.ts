/**
 * A process started by main, and the port through which the page talks to it: a utility process if this Electron's Node-API supports SQLite's
 * binding, otherwise a child process on a Node that does (docs/engine-hosts.md).
 */
import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { utilityProcess, type MessagePortMain, type UtilityProcess } from 'electron';

export interface HostProcess {
  /** Text for the status bar. */
  readonly host: string;
  stop(): void;
}

export interface HostOptions {
  /** Used in sentences: "the engine". */
  readonly what: string;
  /** Name in the system's list of processes. */
  readonly serviceName: string;
  /** Entry files below out/. */
  readonly entries: { readonly utility: string; readonly child: string };
  readonly environment: NodeJS.ProcessEnv;
  readonly onUtility?: (child: UtilityProcess) => void;
}

/** better-sqlite3 13 is built for Node-API 10. */
const neededNodeApi = 10;
export const entryFile = (name: string): string => fileURLToPath(new URL(`../${name}.js`, import.meta.url)).replace('app.asar', 'app.asar.unpacked');

/** @param onGone called once, with a sentence for the user, when the process ends without having been stopped */
export function startHost(options: HostOptions, port: MessagePortMain, onGone: (reason: string) => void): HostProcess {
  const host = process.env.DUMPBENCH_ENGINE_HOST ?? (Number(process.versions.napi) >= neededNodeApi ? 'utility' : 'child');
  return host === 'utility' ? startUtility(options, port, onGone) : startChild(options, port, onGone);
}

function startUtility(
  { what, serviceName, entries, environment, onUtility }: HostOptions,
  port: MessagePortMain,
  onGone: (reason: string) => void,
): HostProcess {
  const child = utilityProcess.fork(entryFile(entries.utility), [], { serviceName, env: environment });
  let stopped = false;
  onUtility?.(child);
  child.postMessage('port', [port]);
  child.on('exit', (code) => {
    if (!stopped) onGone(`${what} ended with code ${code}`);
  });
  return {
    host: 'utility process',
    stop() {
      stopped = true;
      child.kill();
    },
  };
}

/** The Node of the child process: named by the environment, bundled with the package, or the system's. */
export function childNode(): string {
  const packaged = join(process.resourcesPath, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  return process.env.DUMPBENCH_NODE ?? (existsSync(packaged) ? packaged : 'node');
}

function startChild({ what, entries, environment }: HostOptions, port: MessagePortMain, onGone: (reason: string) => void): HostProcess {
  const node = childNode();
  const child = fork(entryFile(entries.child), [], {
    execPath: node,
    execArgv: [],
    serialization: 'advanced',
    env: environment,
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
    end(`${what} could not be started on ${node}: ${error.message}`);
  });
  child.on('exit', (code, signal) => {
    end(signal === null ? `${what} ended with code ${code ?? '?'}` : `${what} was ended by ${signal}`);
  });
  child.on('message', (message) => {
    if (!over) port.postMessage(message);
  });
  port.on('message', (event) => {
    if (!over && child.connected) child.send(event.data as object);
  });
  // As in a utility process, which owns its port: it notices when the page has gone or has closed it.
  port.on('close', () => {
    if (child.connected) child.disconnect();
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
