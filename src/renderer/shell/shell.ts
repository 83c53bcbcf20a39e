/** The preload's bridge, typed and checked: what main sends is validated here, just as main validates what it receives. */
import * as v from 'valibot';
import { shellEventSchema, shellMethods, type ShellBridge } from '../../shared/shell-protocol.ts';
import type { Shell } from './shell-calls.ts';

declare global {
  interface Window {
    readonly dumpbench?: ShellBridge;
  }
}

export function openShell(page: Window): Shell {
  const bridge = page.dumpbench;
  if (bridge === undefined) throw new Error('this page runs only inside the Dumpbench window: its bridge is missing');
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
