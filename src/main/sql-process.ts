/** Starts and ends the processes that run users' SQL for an engine in a utility process. Does not handle queries itself. */
import { utilityProcess, type UtilityProcess } from 'electron';
import * as v from 'valibot';
import { watchMemory } from '../files/process-memory.ts';
import { endedForMemory, mostSqlBytes, sqlTookMemory, toMainSchema, type FromMain } from '../shared/sql-process-protocol.ts';

/** An engine that asks for more at once is malfunctioning. */
const mostAtOnce = 16;

/**
 * @param engine whose requests are served until it ends
 * @param entry file of the SQL process
 */
export function serveSqlProcesses(engine: UtilityProcess, entry: string, environment: NodeJS.ProcessEnv): void {
  const running = new Map<number, UtilityProcess>();
  const tell = (message: FromMain): void => {
    engine.postMessage(message);
  };
  const kill = (id: number): void => {
    const child = running.get(id);
    running.delete(id);
    // A running query does not react to a softer signal.
    if (child?.pid !== undefined) process.kill(child.pid, 'SIGKILL');
  };
  const start = (id: number, job: unknown): void => {
    if (running.size >= mostAtOnce) {
      tell({ sql: 'end', id, why: `${mostAtOnce} queries are already running` });
      return;
    }
    const child = utilityProcess.fork(entry, [], { serviceName: 'Dumpbench SQL', env: environment, stdio: 'ignore' });
    running.set(id, child);
    let unwatch: (() => void) | undefined;
    child.once('spawn', () => {
      if (child.pid !== undefined)
        unwatch = watchMemory(child.pid, mostSqlBytes, () => {
          if (running.get(id) === child) tell({ sql: 'end', id, ...sqlTookMemory });
          kill(id);
        });
      child.postMessage(job);
      // Killed while starting.
      if (running.get(id) !== child && child.pid !== undefined) process.kill(child.pid, 'SIGKILL');
    });
    child.on('message', (answer: unknown) => {
      if (running.get(id) === child) tell({ sql: 'answer', id, answer });
    });
    child.once('exit', (code) => {
      unwatch?.();
      if (running.get(id) !== child) return;
      running.delete(id);
      if (endedForMemory(code, null)) tell({ sql: 'end', id, ...sqlTookMemory });
      else tell({ sql: 'end', id, why: `the SQL process ended early (exit code ${code})` });
    });
  };
  engine.on('message', (message: unknown) => {
    const request = v.safeParse(toMainSchema, message);
    if (!request.success) return;
    if (request.output.sql === 'start') start(request.output.id, request.output.job);
    else kill(request.output.id);
  });
  engine.once('exit', () => {
    for (const id of [...running.keys()]) kill(id);
  });
}
