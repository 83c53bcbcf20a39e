/** The OOM killer: as a panic, or as something that the system continued after. */
import { endsThrough, logProof, names, siteOf, stackProof } from '../end-of-system.ts';
import { meaningful } from '../meaningful-frames.ts';
import { isHelper } from '../skip-list.ts';
import type { Recogniser } from '../recogniser.ts';

const killers = new Set(['out_of_memory', 'mem_cgroup_out_of_memory', 'pagefault_out_of_memory', 'check_panic_on_oom']);
const line = /^Kernel panic - not syncing: (?:Out of memory|System is deadlocked on memory)/;

export const outOfMemory: Recogniser = {
  id: 'out-of-memory',
  classes: ['out-of-memory'],
  about: 'The stack of the panic goes through out_of_memory; else the panic line says it. Killed processes and OOM reports before the end contribute.',
  recognise(evidence) {
    const { panic, events, end } = evidence;
    const through = endsThrough(evidence, killers);
    const report = events.findLast(({ mark }) => mark === 'memory');
    if (through !== undefined || (panic !== undefined && line.test(panic.text))) {
      // "compulsory" says that panic_on_oom is 2, of whichever memory ran out.
      const isGroup = names([...(end?.site ?? []), ...(report?.frames ?? [])]).includes('mem_cgroup_out_of_memory');
      const what = isGroup ? 'Out of memory in a memory cgroup' : 'Out of memory';
      const frames = siteOf(evidence, report);
      const [first] = meaningful(frames);
      // Memory of a process is got in page faults, which no function of its own asks for.
      const place = first === undefined || !isHelper(first) ? first : names(frames).find((name) => name === 'handle_mm_fault');
      return [
        {
          class: 'out-of-memory',
          tie: 'end',
          what,
          preposition: 'while allocating in',
          frames,
          place,
          evidence: [...stackProof(evidence), ...logProof(report), ...logProof(panic)],
        },
      ];
    }
    return report === undefined ? [] : [{ class: 'out-of-memory', tie: 'finished', what: 'Out of memory', frames: [], evidence: logProof(report) }];
  },
};
