/** Before anything is saved, main gets the list of files that the engine has opened: its save dialogs never write to them. */
import { saveMethods } from '../../shared/shell-protocol.ts';
import type { EngineLink } from '../engine/engine-link.ts';
import type { Shell } from './shell-calls.ts';

/** A busy engine answers between two steps of its work; a hanging one must not prevent a report from being saved. */
const patienceMs = 2000;

/** Passes the engine's list of evidence to main. If the engine does not answer, main uses what it already knows. */
export async function protectEvidence(shell: Pick<Shell, 'call'>, engine: Pick<EngineLink, 'call' | 'status'>): Promise<void> {
  if (engine.status.get().state !== 'ready') return;
  const signal = AbortSignal.timeout(patienceMs);
  const given = new Promise<undefined>((resolve) => signal.addEventListener('abort', () => resolve(undefined)));
  const asked = engine.call('evidence', {}, { signal }).catch(() => undefined);
  const answer = await Promise.race([asked, given]);
  if (answer !== undefined) await shell.call('protect', answer);
}

/** The shell, with save dialogs that know the evidence. */
export function guardEvidence(shell: Shell, engine: Pick<EngineLink, 'call' | 'status'>): Shell {
  return {
    ...shell,
    async call(method, params) {
      if (saveMethods.has(method)) await protectEvidence(shell, engine);
      return shell.call(method, params);
    },
  };
}
