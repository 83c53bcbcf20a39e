/** The engine as stores and components see it, without the port. */
import type { EngineClient } from '../../shared/engine-protocol.ts';
import type { ShellEvent } from '../../shared/shell-protocol.ts';
import type { Readable } from '../state/store.ts';

export interface EngineStatus {
  readonly state: 'starting' | 'ready' | 'gone';
  /** Raised with each new engine: handles of an older one mean nothing. */
  readonly generation: number;
  /** Where it runs, in words. */
  readonly host?: string;
  /** Why it went away. */
  readonly reason?: string;
}

export interface EngineLink {
  readonly status: Readable<EngineStatus>;
  readonly call: EngineClient['call'];
  /** To be told what main knows of the engine. */
  readonly onShellEvent: (event: ShellEvent) => void;
}
