/** Electron main as stores and components see it. */
import type { ShellBridge, ShellEvent } from '../../shared/shell-protocol.ts';

export interface Shell {
  /** Rejects with an Error whose message is a plain sentence. */
  readonly call: ShellBridge['call'];
  /** Events that have the contract's shape; others are dropped. */
  readonly onEvent: (listener: (event: ShellEvent) => void) => void;
  /** Path on disk of a dropped file; empty for what is no file on disk. */
  readonly pathOf: ShellBridge['pathOf'];
}
