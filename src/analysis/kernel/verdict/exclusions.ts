/** What was looked for where nothing was found: a class is excluded by what was seen, never by what could not be. */
import type { VerdictClass, VerdictJson } from '../../../shared/verdict-model.ts';
import type { VerdictEvidence } from './evidence.ts';

type Exclusion = NonNullable<VerdictJson['excluded']>[number];

const faults: VerdictClass[] = ['null-pointer', 'bad-pointer', 'protection', 'illegal-operation', 'privileged-operation', 'data-exception', 'bug'];
const hanging: VerdictClass[] = ['hung-task', 'deadlock', 'lock-held', 'io-stall', 'cpu-loop'];

export function exclusions({ events, logGap, noStacks, hangs, taint, panic, entry, traces, disabledWait }: VerdictEvidence): Exclusion[] {
  const excluded: Exclusion[] = [];
  const log = logGap === undefined ? 'the kernel log in the dump' : undefined;
  if (log !== undefined && !events.some(({ mark }) => mark === 'oops' || mark === 'bug') && taint?.died !== true)
    excluded.push({ classes: faults, why: `${log} has no oops and no BUG${taint === undefined ? '' : ', and taint flag D is clear'}` });
  if (log !== undefined && panic === undefined && entry === undefined)
    excluded.push({
      classes: ['warning-panic', 'stack-overflow', 'early-boot', 'root-file-system'],
      why: `${log} has no panic line, and no stack shows a panic`,
    });
  if (log !== undefined && !events.some(({ mark }) => mark === 'memory'))
    excluded.push({ classes: ['out-of-memory'], why: `${log} has no report of the OOM killer` });
  if (log !== undefined && !events.some(({ mark }) => mark === 'hardware'))
    excluded.push({ classes: ['machine-check'], why: `${log} has no report of a hardware error` });
  if (taint?.badPage === false) excluded.push({ classes: ['slab-corruption'], why: 'taint flag B in tainted_mask is clear' });
  if (hangs.looked > 0 && hangs.unseen.length === 0)
    excluded.push({
      classes: hanging,
      why: `${hangs.looked} tasks were looked at: ${hangs.blocked.length === 0 ? 'none slept uninterruptibly' : `${hangs.blocked.length} slept uninterruptibly, none for long`}; no CPU was found to loop`,
    });
  if (traces.length > 0 && disabledWait === undefined && noStacks === undefined)
    excluded.push({ classes: ['disabled-wait'], why: 'no CPU is in a disabled wait' });
  const gaps = [logGap, noStacks, ...hangs.unseen].filter((one) => one !== undefined);
  for (const why of gaps) excluded.push({ classes: [], why: `not excluded, since it could not be seen: ${why}` });
  return excluded;
}
