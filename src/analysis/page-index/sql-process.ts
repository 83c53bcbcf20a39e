/** The killable process of one SQL query, however the host starts processes. */
import { fork } from 'node:child_process';

export interface SqlProcess {
  /** At any moment; nothing is heard of it afterwards. */
  readonly kill: () => void;
}
export interface SqlListener {
  readonly onAnswer: (answer: unknown) => void;
  /** It ended without having been killed, or could not be started. */
  readonly onEnd: (why: string) => void;
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
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let complaint = '';
    let killed = false;
    const end = (why: string): void => {
      if (!killed) onEnd(why);
    };
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-2000)));
    child.on('error', (error) => {
      end(`the SQL process cannot be started: ${error.message}`);
    });
    child.on('exit', (code, killedBy) => {
      end(`the SQL process ended early (${killedBy ?? `exit code ${code}`})${complaint === '' ? '' : `: ${complaint.trim()}`}`);
    });
    child.on('message', (answer) => {
      if (!killed) onAnswer(answer);
    });
    child.send(job);
    return {
      kill() {
        killed = true;
        child.kill('SIGKILL');
      },
    };
  };
