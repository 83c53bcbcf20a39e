/** Electron's main process as stores and components see it. */
import type { ShellBridge, ShellEvent } from '../../shared/shell-protocol.ts';

export interface Shell {
  /** Rejects with an Error whose message is a sentence for the user. */
  readonly call: ShellBridge['call'];
  /** Delivers events that match the contract; others are dropped. */
  readonly onEvent: (listener: (event: ShellEvent) => void) => void;
  /** Path on disk of a dropped file; empty for anything that is not a file on disk. */
  readonly pathOf: ShellBridge['pathOf'];
}
