/** The preload's bridge, typed and checked: what main sends is validated here as main validates what it gets. */
import * as v from 'valibot';
import { shellEventSchema, shellMethods, type ShellBridge, type ShellEvent } from '../../shared/shell-protocol.ts';

declare global {
  interface Window {
    readonly dumpbench?: ShellBridge;
  }
}

export interface Shell {
  /** Rejects with an Error whose message is a plain sentence. */
  readonly call: ShellBridge['call'];
  /** Events that have the contract's shape; others are dropped. */
  readonly onEvent: (listener: (event: ShellEvent) => void) => void;
  /** Path on disk of a dropped file; empty for what is no file on disk. */
  readonly pathOf: (file: File) => string;
}

export function openShell(page: Window): Shell {
  const bridge = page.dumpbench;
  if (bridge === undefined) throw new Error('this page runs inside the Dumpbench window only: its bridge is missing');
  return {
    async call(method, params) {
      const result: unknown = await bridge.call(method, params);
      return v.parse(shellMethods[method].result, result);
    },
    onEvent(listener) {
      bridge.onEvent((event) => {
        const checked = v.safeParse(shellEventSchema, event);
        if (checked.success) listener(checked.output);
      });
    },
    pathOf: (file) => bridge.pathOf(file),
  };
}
