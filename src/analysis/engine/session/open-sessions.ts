/** The dumps that are open, by the handles that doors name them by. */
import { defined } from '../../../shared/defined.ts';
import { DumpError } from '../../../shared/dump-error.ts';
import type { EngineProtocol } from '../../../shared/engine-protocol.ts';
import type { MemoryView } from '../../../shared/model.ts';
import type { Handlers } from '../../../shared/rpc.ts';
import { attach } from './attach.ts';
import { aboutAttached } from './attached.ts';
import { NotReadYet } from '../../formats/first-part.ts';
import { gatherDumps } from './gather.ts';
import { givenMachine } from './given-machine.ts';
import { openDumpAt, type OpenRequest } from './open-dump.ts';
import type { Session } from './session.ts';
import { answeringOfUnchanged } from './unchanged.ts';
import { NeedsWhole, waitingForWhole, wholeDump, type WholeDump } from './whole-dump.ts';

/** The session of a handle, in the view that it was opened with unless one is named. @throws DumpError absent, NeedsWhole for one that was opened in part */
export type SessionOf = (dump: string, view?: MemoryView) => Session;

/** The methods that one folder of the engine answers. */
export type SomeMethods = Partial<Handlers<EngineProtocol>>;

export interface OpenSessions {
  readonly sessionOf: SessionOf;
  /** The same, and a session that rests on a part of the headers where there is no other yet. */
  readonly partOf: SessionOf;
  /** The same methods, those that need a whole dump waiting for it; none answers about a file that changed. */
  readonly waiting: <H extends object>(handlers: H) => H;
  readonly handlers: Pick<Handlers<EngineProtocol>, 'open' | 'gather' | 'dumpKey' | 'close' | 'attach'>;
  closeAll(): void;
}

export function openSessions(): OpenSessions {
  const sessions = new Map<string, Session>();
  /** Of those that were opened in part: what makes them whole, and what is closed with them. */
  const parts = new Map<string, WholeDump & { readonly files: Session['files'] }>();
  let next = 1;
  const add = (session: Session): string => {
    const dump = `d${next++}`;
    sessions.set(dump, session);
    return dump;
  };
  const partOf: SessionOf = (dump, view) => {
    const session = sessions.get(dump);
    if (session === undefined) throw new DumpError('absent', {}, `no open dump is named ${dump}`);
    return view === undefined ? session : session.inView(view);
  };
  const sessionOf: SessionOf = (dump, view) => {
    if (sessions.get(dump)?.image.partial !== undefined) throw new NeedsWhole(dump);
    return partOf(dump, view);
  };
  const closePart = (dump: string): void => {
    parts.get(dump)?.stop();
    parts.get(dump)?.files.close();
    parts.delete(dump);
  };
  const openIn = async (request: OpenRequest, view: MemoryView): Promise<Session> => {
    const opened = await openDumpAt(request);
    try {
      opened.files.assertUnchanged();
      return opened.inView(view);
    } catch (error) {
      opened.close();
      if (request.inPart !== true || !(error instanceof NotReadYet)) throw error;
      return openIn({ ...request, inPart: false }, view);
    }
  };
  return {
    sessionOf,
    partOf,
    waiting: (handlers) =>
      waitingForWhole(
        answeringOfUnchanged(handlers, (dump) => sessions.get(dump)?.files),
        async (dump, caller) => parts.get(dump)?.wait(caller),
      ),
    handlers: {
      async open({ path, volumes, inPart, view = 'all', ...said }, { signal, progress }) {
        const given = givenMachine(said);
        const request = { path, ...defined({ volumes, inPart }), given, signal, progress };
        const session = await openIn(request, view);
        try {
          const { identity } = session;
          const dump = add(session);
          if (session.image.partial !== undefined) {
            const whole = wholeDump(
              (stop, told) => openIn({ ...request, inPart: false, signal: stop, progress: told }, view),
              // The part is closed with the dump: somebody may be reading in it.
              (opened) => sessions.set(dump, opened),
            );
            parts.set(dump, { ...whole, files: session.files });
          }
          return { dump, identity };
        } catch (error) {
          session.close();
          throw error;
        }
      },
      gather: ({ paths }, { signal }) => gatherDumps(paths, signal),
      dumpKey: ({ dump }) => ({ dumpKey: sessionOf(dump).dumpKey }),
      async attach({ dump, view, ...files }, { signal }) {
        const session = await attach(sessionOf(dump, view), files, signal);
        // It may have been closed meanwhile.
        sessionOf(dump);
        return {
          dump: add(session),
          attached: session.attached.map((one) => ({ path: one.path, ...aboutAttached(one) })),
        };
      },
      close({ dump }) {
        const { files } = partOf(dump);
        for (const [handle, session] of sessions) {
          if (session.files !== files) continue;
          sessions.delete(handle);
          closePart(handle);
        }
        files.close();
        return {};
      },
    },
    closeAll() {
      for (const dump of [...parts.keys()]) closePart(dump);
      for (const files of new Set([...sessions.values()].map((session) => session.files))) files.close();
      sessions.clear();
    },
  };
}
