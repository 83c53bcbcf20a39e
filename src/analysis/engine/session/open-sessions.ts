/** The dumps that are open, by the handles that doors name them by. */
import { defined } from '../../../shared/defined.ts';
import { DumpError } from '../../../shared/dump-error.ts';
import type { EngineProtocol } from '../../../shared/engine-protocol.ts';
import type { MemoryView } from '../../../shared/model.ts';
import type { Handlers } from '../../../shared/rpc.ts';
import { attach } from './attach.ts';
import { givenMachine } from './given-machine.ts';
import { openDumpAt } from './open-dump.ts';
import type { Session } from './session.ts';

/** The session of a handle, in the view that it was opened with unless one is named. @throws DumpError absent */
export type SessionOf = (dump: string, view?: MemoryView) => Session;

/** The methods that one folder of the engine answers. */
export type SomeMethods = Partial<Handlers<EngineProtocol>>;

export interface OpenSessions {
  readonly sessionOf: SessionOf;
  readonly handlers: Pick<Handlers<EngineProtocol>, 'open' | 'dumpKey' | 'close' | 'attach'>;
  closeAll(): void;
}

export function openSessions(): OpenSessions {
  const sessions = new Map<string, Session>();
  let next = 1;
  const add = (session: Session): string => {
    const dump = `d${next++}`;
    sessions.set(dump, session);
    return dump;
  };
  const sessionOf: SessionOf = (dump, view) => {
    const session = sessions.get(dump);
    if (session === undefined) throw new DumpError('absent', {}, `no open dump is named ${dump}`);
    return view === undefined ? session : session.inView(view);
  };
  return {
    sessionOf,
    handlers: {
      async open({ path, volumes, machine, physBase, view }, { signal, progress }) {
        const given = givenMachine(machine, physBase);
        const opened = await openDumpAt({ path, ...defined({ volumes }), given, signal, progress });
        try {
          const session = opened.inView(view ?? 'all');
          return { dump: add(session), identity: session.identity };
        } catch (error) {
          opened.close();
          throw error;
        }
      },
      dumpKey: ({ dump }) => ({ dumpKey: sessionOf(dump).dumpKey }),
      async attach({ dump, view, ...files }, { signal }) {
        const session = await attach(sessionOf(dump, view), files, signal);
        // It may have been closed meanwhile.
        sessionOf(dump);
        return {
          dump: add(session),
          attached: session.attached.map(({ kind, path, proof }) => ({ kind, path, ...defined({ proof }) })),
        };
      },
      close({ dump }) {
        const { files } = sessionOf(dump);
        for (const [handle, session] of sessions) if (session.files === files) sessions.delete(handle);
        files.close();
        return {};
      },
    },
    closeAll() {
      for (const files of new Set([...sessions.values()].map((session) => session.files))) files.close();
      sessions.clear();
    },
  };
}
