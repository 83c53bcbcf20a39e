/** SQL processes of an engine in Electron's utility process: main starts and ends them (shared/sql-process-protocol.ts). */
import * as v from 'valibot';
import { fromMainSchema, type ToMain } from '../../shared/sql-process-protocol.ts';
import type { SqlListener, StartSqlProcess } from '../page-index/sql-process.ts';

export interface MainPort {
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): void;
  postMessage(message: ToMain): void;
}

export function sqlThroughMain(main: MainPort): StartSqlProcess {
  const running = new Map<number, SqlListener>();
  let next = 1;
  main.on('message', ({ data }) => {
    const message = v.safeParse(fromMainSchema, data);
    if (!message.success) return;
    const { output } = message;
    const listener = running.get(output.id);
    if (output.sql === 'answer') listener?.onAnswer(output.answer);
    else {
      running.delete(output.id);
      listener?.onEnd(output.why, output.remedy);
    }
  });
  return (job, listener) => {
    const id = next++;
    running.set(id, listener);
    main.postMessage({ sql: 'start', id, job });
    return {
      kill() {
        if (running.delete(id)) main.postMessage({ sql: 'kill', id });
      },
    };
  };
}
