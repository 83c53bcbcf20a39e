/** Every way in which a door reaches the engine, as a test can start it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createEngine } from '../src/analysis/engine/engine.ts';
import { portPair } from '../src/analysis/engine/in-process.ts';
import { engineProtocol, type EngineClient } from '../src/shared/engine-protocol.ts';
import { connect, serve, type Port } from '../src/shared/rpc.ts';

export interface RunningEngine {
  readonly client: EngineClient;
  /** Sends what a broken or hostile door might send. */
  post(message: unknown): void;
  /** Ends the engine as a crash would. */
  kill(): void;
  close(): Promise<void>;
}

export interface EngineHost {
  readonly name: string;
  start(): RunningEngine;
}

const inProcess: EngineHost = {
  name: 'in process',
  start() {
    const engine = createEngine();
    const [near, far] = portPair();
    serve(engineProtocol, engine.handlers, far);
    const end = (): void => {
      far.close();
      engine.close();
    };
    return {
      client: connect(engineProtocol, near),
      post: (message) => {
        near.post(message);
      },
      kill: end,
      close() {
        end();
        return Promise.resolve();
      },
    };
  },
};

/** An engine behind a process that relays its messages over an IPC channel. */
export function engineBehind(child: ChildProcess): RunningEngine {
  const gone = new Promise<void>((resolve) =>
    child.on('exit', () => {
      resolve();
    }),
  );
  const port: Port = {
    post(message) {
      if (child.connected) child.send(message as object);
    },
    onMessage(listener) {
      child.on('message', listener);
    },
    onClose(listener) {
      child.on('exit', (code, signal) => {
        listener(`the engine ended (${signal ?? `code ${code ?? 0}`})`);
      });
    },
    close() {
      if (child.connected) child.disconnect();
    },
  };
  return {
    client: connect(engineProtocol, port),
    post: port.post,
    kill: () => {
      child.kill('SIGKILL');
    },
    close() {
      port.close();
      return gone;
    },
  };
}

const childProcess: EngineHost = {
  name: 'child process',
  start() {
    const entry = fileURLToPath(new URL('../src/analysis/host/child-process.ts', import.meta.url));
    // Advanced serialization carries bigint and bytes.
    return engineBehind(spawn(process.execPath, [entry], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], serialization: 'advanced' }));
  },
};

export const engineHosts: readonly EngineHost[] = [inProcess, childProcess];
