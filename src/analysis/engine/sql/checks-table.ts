/** Table `checks`: verdicts of the integrity checks, as far as they need no pass over the whole dump. */
import type { CheckResult } from '../../../shared/check-model.ts';
import { checkSession } from '../integrity/check-session.ts';
import { lookForCpus } from '../kernel/look-for-cpus.ts';
import type { DumpTable } from './dump-table.ts';

/** The first place that a check is about: absolute addresses are integers, others text. */
function placeOf({ ranges = [] }: CheckResult): readonly unknown[] {
  const [first] = ranges;
  if (first === undefined) return [null, null, null];
  if ('fileOffset' in first) return ['file', BigInt(first.fileOffset), BigInt(first.fileOffset + first.bytes)];
  const value = (text: string): unknown => (first.space === 'absolute' ? BigInt.asIntN(64, BigInt(text)) : text);
  return [first.space, value(first.start), value(first.end)];
}

export const checksTable: DumpTable = {
  json: {
    name: 'checks',
    kind: 'function',
    group: 'dump',
    parameters: [],
    stable: true,
    about: 'The integrity checks with their verdicts. Those that read the whole dump are not run for a query and have the verdict not-run.',
    columns: [
      { name: 'id', type: 'text', about: 'name of the check; never changes' },
      { name: 'title', type: 'text', about: 'what is checked' },
      { name: 'verdict', type: 'text', about: 'passed, failed, not-recorded, not-applicable, unreadable, not-run' },
      { name: 'detail', type: 'text', about: 'why this verdict' },
      { name: 'recorded', type: 'text', about: 'value that the dump records' },
      { name: 'computed', type: 'text', about: 'value that was computed' },
      { name: 'findings', type: 'count', about: 'how many findings it has' },
      { name: 'space', type: 'text', about: 'absolute, real, virtual, file: of the first range that it is about' },
      { name: 'start', type: 'address', about: 'first address of that range: an integer, for virtual ones 0x... text' },
      { name: 'end', type: 'address', about: 'one past the last address, likewise' },
    ],
  },
  async open(session, signal) {
    // First of all, as triage does: what the CPUs are called rests on it, and which vmcoreinfo the checks compare.
    await lookForCpus(session, signal);
    const results = await checkSession(session, 'quick', signal);
    return function* (missing) {
      for (const check of results) {
        const { id, title, verdict, detail, recorded, computed, findings = [] } = check;
        if (verdict === 'not-run') missing.add({ what: `verdict of ${id}`, why: detail });
        yield [id, title, verdict, detail, recorded ?? null, computed ?? null, BigInt(findings.length), ...placeOf(check)];
      }
    };
  },
};
