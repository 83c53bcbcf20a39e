/** The engine: answers the protocol for any number of open dumps. Nothing here knows which door asks. */
import { cacheRemarks } from '../../files/cache-folder.ts';
import { allEvidence } from '../../files/evidence-files.ts';
import type { EngineProtocol } from '../../shared/engine-protocol.ts';
import type { Handlers } from '../../shared/rpc.ts';
import type { StartSqlProcess } from '../page-index/sql-process.ts';
import { catalogue } from './catalogue.ts';
import { byteHandlers } from './bytes/handlers.ts';
import { exportHandlers } from './export/handlers.ts';
import { integrityHandlers } from './integrity/handlers.ts';
import { kernelHandlers } from './kernel/handlers.ts';
import { machineHandlers } from './machine/handlers.ts';
import { pageHandlers } from './pages/handlers.ts';
import { openSessions } from './session/open-sessions.ts';
import { triageHandlers } from './triage/handlers.ts';

export interface Engine {
  readonly handlers: Handlers<EngineProtocol>;
  /** Closes every dump. */
  close(): void;
}

export interface EngineOptions {
  /** How this host starts the killable process of a user's SQL; default is a child process on the Node that runs now. */
  readonly startSqlProcess?: StartSqlProcess;
}

export function createEngine(options: EngineOptions = {}): Engine {
  const open = openSessions();
  const { sessionOf, partOf } = open;
  return {
    handlers: open.waiting({
      ping: () => ({}),
      catalogue,
      remarks: () => ({ remarks: [...cacheRemarks()] }),
      evidence: () => ({ files: allEvidence().map(({ path, device, inode }) => ({ path, device: String(device), inode: String(inode) })) }),
      ...open.handlers,
      ...triageHandlers(sessionOf, partOf),
      ...machineHandlers(sessionOf),
      ...kernelHandlers(sessionOf),
      ...byteHandlers(sessionOf, partOf),
      ...pageHandlers(sessionOf, options.startSqlProcess),
      ...integrityHandlers(sessionOf),
      ...exportHandlers(sessionOf),
    }),
    close() {
      open.closeAll();
    },
  };
}
