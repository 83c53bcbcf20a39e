/** The killable process of one SQL query, however the host starts processes. */
import { fork } from 'node:child_process';
import { watchMemory } from '../../files/process-memory.ts';
import type { Remedy } from '../../shared/remedy.ts';
import { endedForMemory, mostSqlBytes, sqlNodeFlags, sqlTookMemory } from '../../shared/sql-process-protocol.ts';

export interface SqlProcess {
  /** At any moment; nothing is heard of it afterwards. */
  readonly kill: () => void;
}
export interface SqlListener {
  readonly onAnswer: (answer: unknown) => void;
  /** It ended without having been killed, or could not be started. */
  readonly onEnd: (why: string, remedy?: Remedy) => void;
}
export type StartSqlProcess = (job: object, listener: SqlListener) => SqlProcess;

/**
 * A child process on Node.js.
 * @param entry host/sql-console as this Node can run it
 */
export const forkSqlProcess =
  (entry: string, execPath: string): StartSqlProcess =>
  (job, { onAnswer, onEnd }) => {
    const child = fork(entry, [], {
      execPath,
      // Flags of this process (a debugger's port, a test runner's loader) are not for the child.
      execArgv: [...sqlNodeFlags],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let complaint = '';
    let killed = false;
    const end = (why: string, remedy?: Remedy): void => {
      unwatch?.();
      if (!killed) onEnd(why, remedy);
    };
    const kill = (): void => {
      unwatch?.();
      killed = true;
      child.kill('SIGKILL');
    };
    const unwatch =
      child.pid === undefined
        ? undefined
        : watchMemory(child.pid, mostSqlBytes, () => {
            const { why, remedy } = sqlTookMemory;
            end(why, remedy);
            kill();
          });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-2000)));
    child.on('error', (error) => {
      end(`the SQL process cannot be started: ${error.message}`);
    });
    child.on('exit', (code, killedBy) => {
      if (endedForMemory(code, killedBy)) end(sqlTookMemory.why, sqlTookMemory.remedy);
      else end(`the SQL process ended early (${killedBy ?? `exit code ${code}`})${complaint === '' ? '' : `: ${complaint.trim()}`}`);
    });
    child.on('message', (answer) => {
      if (!killed) onAnswer(answer);
    });
    child.send(job);
    return { kill };
  };
