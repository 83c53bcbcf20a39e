/**
 * Requests, answers, progress and cancellation over any port that carries structured clones. Both ends validate what
 * arrives: a hostile or broken peer gets an error, never a crash.
 */
import * as v from 'valibot';
import { defined } from './defined.ts';
import { severalDumpsSchema } from './dump-choice.ts';
import { DumpError, ForeignFile, SeveralDumps, type DumpErrorKind } from './dump-error.ts';
import { foreignKindSchema } from './foreign-kind.ts';
import { remedies, type Remedy } from './remedy.ts';

/** The least that a MessagePort, a child process and an in-process pair have in common. */
export interface Port {
  readonly post: (message: unknown) => void;
  readonly onMessage: (listener: (message: unknown) => void) => void;
  readonly onClose: (listener: (reason: string) => void) => void;
  readonly close: () => void;
}

export interface MethodContract {
  readonly params: v.GenericSchema;
  readonly result: v.GenericSchema;
  /** What arrives while the method runs. */
  readonly progress?: v.GenericSchema;
}
export type Protocol = Readonly<Record<string, MethodContract>>;

export type Params<P extends Protocol, M extends keyof P> = v.InferInput<P[M]['params']>;
export type Result<P extends Protocol, M extends keyof P> = v.InferOutput<P[M]['result']>;
export type Progress<P extends Protocol, M extends keyof P> = P[M] extends { progress: infer S extends v.GenericSchema } ? v.InferOutput<S> : never;

export interface CallContext<Progress> {
  readonly signal: AbortSignal;
  readonly progress: (value: Progress) => void;
}
export type Handlers<P extends Protocol> = {
  readonly [M in keyof P]: (params: v.InferOutput<P[M]['params']>, context: CallContext<Progress<P, M>>) => Promise<Result<P, M>> | Result<P, M>;
};

const wireError = v.object({
  kind: v.string(),
  message: v.string(),
  where: v.optional(v.object({ file: v.optional(v.string()), offset: v.optional(v.number()), address: v.optional(v.bigint()) })),
  what: v.optional(v.string()),
  expected: v.optional(v.string()),
  foreign: v.optional(foreignKindSchema),
  several: v.optional(severalDumpsSchema),
  remedy: v.optional(v.picklist(remedies)),
});
type WireError = v.InferOutput<typeof wireError>;

const frame = v.variant('t', [
  v.object({ t: v.literal('call'), id: v.number(), method: v.string(), params: v.unknown() }),
  v.object({ t: v.literal('cancel'), id: v.number() }),
  v.object({ t: v.literal('progress'), id: v.number(), value: v.unknown() }),
  v.object({ t: v.literal('result'), id: v.number(), value: v.unknown() }),
  v.object({ t: v.literal('error'), id: v.number(), error: wireError }),
]);

/** The peer failed in a way that is its own bug, or it went away. */
export class EngineFailure extends Error {
  override name = 'EngineFailure';
}
/** What was asked cannot be done, and neither the dump nor we are to blame: a query, an index in the way. A plain sentence. */
export class RequestError extends Error {
  override name = 'RequestError';
  readonly about: 'query' | 'index';
  /** What a person can do about it; the door words it. */
  readonly remedy: Remedy | undefined;
  constructor(about: 'query' | 'index', message: string, remedy?: Remedy) {
    super(message);
    this.about = about;
    this.remedy = remedy;
  }
}
/** The call was cancelled by the caller. */
export class Cancelled extends Error {
  override name = 'Cancelled';
  constructor() {
    super('cancelled');
  }
}

const remedyOf = ({ remedy }: { readonly remedy: Remedy | undefined }) => defined({ remedy });

function toWire(error: unknown): WireError {
  if (error instanceof DumpError) {
    const { file, offset, address } = error.where;
    const where = {
      ...defined({ file, offset, address }),
    };
    const expected = defined({ expected: error.expected });
    const foreign = error instanceof ForeignFile ? { foreign: error.foreign } : {};
    const several = error instanceof SeveralDumps ? { several: error.several } : {};
    return { kind: error.kind, message: error.message, where, what: error.what, ...expected, ...foreign, ...several, ...remedyOf(error) };
  }
  if (error instanceof Cancelled || (error instanceof Error && error.name === 'AbortError')) return { kind: 'cancelled', message: 'cancelled' };
  if (error instanceof RequestError) return { kind: error.about, message: error.message, ...remedyOf(error) };
  // A wrong call is explained by its sentence, a bug by its stack.
  const message = error instanceof EngineFailure ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { kind: 'internal', message };
}

const dumpErrorKinds: ReadonlySet<string> = new Set<DumpErrorKind>(['not-this-format', 'truncated', 'corrupt', 'unsupported', 'io', 'absent']);

function fromWire(error: WireError): Error {
  if (error.kind === 'cancelled') return new Cancelled();
  if (error.kind === 'query' || error.kind === 'index') return new RequestError(error.kind, error.message, error.remedy);
  if (dumpErrorKinds.has(error.kind)) {
    const { file, offset, address } = error.where ?? {};
    const where = {
      ...defined({ file, offset, address }),
    };
    if (error.foreign !== undefined) return new ForeignFile(where, error.foreign);
    if (error.several !== undefined) return new SeveralDumps(where, error.several);
    return new DumpError(error.kind as DumpErrorKind, where, error.what ?? error.message, error.expected, error.remedy);
  }
  return new EngineFailure(error.message);
}

/** Serves a protocol on a port. Returns a function that cancels whatever still runs. */
export function serve<P extends Protocol>(protocol: P, handlers: Handlers<P>, port: Port): () => void {
  const running = new Map<number, AbortController>();
  const answer = async (id: number, method: string, params: unknown): Promise<void> => {
    const abort = new AbortController();
    running.set(id, abort);
    try {
      const contract = Object.hasOwn(protocol, method) ? protocol[method] : undefined;
      const handler = handlers[method];
      if (contract === undefined || handler === undefined) throw new EngineFailure(`no method named ${method}`);
      const checked = v.safeParse(contract.params, params);
      if (!checked.success) throw new EngineFailure(`${method}: ${v.summarize(checked.issues)}`);
      const progress = (value: unknown): void => {
        if (!abort.signal.aborted) port.post({ t: 'progress', id, value });
      };
      const value = await handler(checked.output, { signal: abort.signal, progress: progress });
      port.post({ t: 'result', id, value });
    } catch (error) {
      port.post({ t: 'error', id, error: toWire(abort.signal.aborted ? new Cancelled() : error) });
    } finally {
      running.delete(id);
    }
  };
  const cancelAll = (): void => {
    for (const abort of running.values()) abort.abort();
  };
  port.onMessage((message) => {
    const parsed = v.safeParse(frame, message);
    if (!parsed.success) return;
    if (parsed.output.t === 'call') void answer(parsed.output.id, parsed.output.method, parsed.output.params);
    if (parsed.output.t === 'cancel') running.get(parsed.output.id)?.abort();
  });
  port.onClose(cancelAll);
  return cancelAll;
}

export interface CallOptions<Progress> {
  readonly signal?: AbortSignal;
  readonly onProgress?: (value: Progress) => void;
}
export interface Client<P extends Protocol> {
  call<M extends keyof P & string>(method: M, params: Params<P, M>, options?: CallOptions<Progress<P, M>>): Promise<Result<P, M>>;
  close(): void;
}

interface Pending {
  readonly method: string;
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: ((value: never) => void) | undefined;
}

/** Calls a protocol over a port. Rejects with DumpError, RequestError, Cancelled or EngineFailure. */
export function connect<P extends Protocol>(protocol: P, port: Port): Client<P> {
  const pending = new Map<number, Pending>();
  let next = 1;
  let gone: string | undefined;
  port.onMessage((message) => {
    const parsed = v.safeParse(frame, message);
    if (!parsed.success) return;
    const one = parsed.output;
    const call = pending.get(one.id);
    if (call === undefined) return;
    const contract = protocol[call.method];
    if (one.t === 'progress' && contract?.progress !== undefined && v.is(contract.progress, one.value)) {
      try {
        call.onProgress?.(one.value as never);
      } catch (error) {
        // Whoever cannot take what arrives wants no more of it, and the call ends with the reason.
        pending.delete(one.id);
        port.post({ t: 'cancel', id: one.id });
        call.reject(error instanceof Error ? error : new Error(String(error)));
      }
    }
    if (one.t === 'error') {
      pending.delete(one.id);
      call.reject(fromWire(one.error));
    }
    if (one.t === 'result' && contract !== undefined) {
      pending.delete(one.id);
      const checked = v.safeParse(contract.result, one.value);
      if (checked.success) call.resolve(checked.output as never);
      else call.reject(new EngineFailure(`${call.method} returned an answer of the wrong shape: ${v.summarize(checked.issues)}`));
    }
  });
  port.onClose((reason) => {
    gone = reason;
    for (const call of pending.values()) call.reject(new EngineFailure(reason));
    pending.clear();
  });
  return {
    call(method, params, options) {
      return new Promise((resolve, reject) => {
        if (gone !== undefined) {
          reject(new EngineFailure(gone));
          return;
        }
        if (options?.signal?.aborted === true) {
          reject(new Cancelled());
          return;
        }
        const id = next++;
        pending.set(id, { method, resolve, reject, onProgress: options?.onProgress });
        options?.signal?.addEventListener('abort', () => {
          if (pending.has(id)) port.post({ t: 'cancel', id });
        });
        port.post({ t: 'call', id, method, params });
      });
    },
    close() {
      port.close();
    },
  };
}
