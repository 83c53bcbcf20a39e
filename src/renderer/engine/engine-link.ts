/** The engine as stores and components see it, independent of the port. */
import type { EngineClient } from '../../shared/engine-protocol.ts';
import type { ShellEvent } from '../../shared/shell-protocol.ts';
import type { Readable } from '../state/store.ts';

export interface EngineStatus {
  readonly state: 'starting' | 'ready' | 'gone';
  /** Incremented with each new engine: handles of an older one are invalid. */
  readonly generation: number;
  /** Where it runs, as text for the user. */
  readonly host?: string;
  /** Why it ended. */
  readonly reason?: string;
}

export interface EngineLink {
  readonly status: Readable<EngineStatus>;
  readonly call: EngineClient['call'];
  /** Call with what main reports about the engine. */
  readonly onShellEvent: (event: ShellEvent) => void;
}
