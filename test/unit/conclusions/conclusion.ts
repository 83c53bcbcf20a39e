/** What a test of a conclusion is: one row of docs/conclusions.md, made, weakened and contradicted on built evidence. */
import { sessionOn, type Session } from '../../../src/analysis/engine/session/session.ts';
import { triage } from '../../../src/analysis/engine/triage/triage.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { caseSession } from '../../case-answers.ts';

type Text = string | Promise<string>;

interface Variation {
  readonly on: () => Text;
  /** What is written then. */
  readonly says: RegExp;
}

export interface ConclusionCase {
  /** The conclusion on unaltered evidence; `says` must be in no other variation. */
  readonly made: Variation;
  /** The evidence removed: weaker, and why. */
  readonly without: Variation;
  /** The evidence contradicted; undefined for what nothing refutes, which its row says. */
  readonly against: Variation | undefined;
}

const never = new AbortController().signal;

/** All that the first screen says, in lines. */
export async function said(session: Session): Promise<string> {
  const { info, reason, checks, cpus, panicKdump } = await triage(session, never);
  return [
    `reason: ${reason ?? 'none'}`,
    ...checks.map(({ id, verdict, detail }) => `${id} ${verdict}: ${detail}`),
    ...info.findings.map(({ id, title, detail }) => `${id} ${title}: ${detail}`),
    ...cpus.map(({ id, linuxCpu, state, identity, withoutRegisters }) =>
      [
        `cpu ${id} is ${linuxCpu ?? 'unnumbered'} by ${identity?.by ?? 'nothing'}`,
        state,
        identity?.detail,
        ...(identity?.contradicted ?? []),
        withoutRegisters?.detail,
      ].join('; '),
    ),
    `panicKdump: ${panicKdump?.outcome ?? 'none'}`,
    ...Object.entries(info.provenance ?? {}).map(([pointer, { source, trust }]) => `${pointer} ${trust}: ${source}`),
    `facts: ${JSON.stringify({ container: info.container, machine: info.machine, kernel: info.kernel, times: info.times })}`,
  ].join('\n');
}

export const saidOf = async (text: string): Promise<string> => said(caseSession('dump', text));
export const saidOfBytes = async (bytes: Uint8Array): Promise<string> => said(sessionOn(memorySource('dump', bytes)));
