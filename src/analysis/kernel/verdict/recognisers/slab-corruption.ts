/** Objects of the slab allocator that were written to outside, after they were freed, or freed twice: what SLUB and KASAN report. */
import type { VerdictEvidence } from '../evidence.ts';
import type { LogEvent } from '../log-events.ts';
import { logProof, siteOf, stackProof } from '../end-of-system.ts';
import { isHelper } from '../skip-list.ts';
import type { Recogniser, Trouble } from '../recogniser.ts';

const slub = /^BUG (?!at )(\S.{0,60}?) \((?:Not tainted|Tainted)/;
const kasan = /^BUG: K(?:ASAN|FENCE): /;
/** The function that its first line names, where no stack follows. */
const kasanPlace = /^BUG: K(?:ASAN|FENCE): .* in ([\w$]+)[\w.$]*\+0x/;
/** Panics that the report itself asks for. */
const byReport = /panic_on_warn set|kasan\.fault=panic/;
/** A panic within this of the report was brought about by it. */
const atOnce = 1_000_000_000n;

function isEnd({ panic, end }: VerdictEvidence, { time }: LogEvent): boolean {
  if (panic?.time === undefined || time === undefined) return false;
  return panic.time >= time && panic.time - time <= atOnce && !panic.text.includes('sysrq') && (end !== undefined || byReport.test(panic.text));
}

export const slabCorruption: Recogniser = {
  id: 'slab-corruption',
  classes: ['slab-corruption'],
  about:
    'A report of SLUB ("BUG kmalloc-96 ...") or KASAN in the log; the taint flag B in memory says that there was one where the log has lost it. It ended the system only where a panic followed at once and nobody asked for it.',
  recognise(evidence) {
    const reports = evidence.events.filter(
      ({ text }) =>
        slub.test(text) ||
        (kasan.test(text) && /slab|use-after-free|double-free|invalid-free|KFENCE: (?:out-of-bounds|memory corruption|invalid free)/.test(text)),
    );
    const troubles = reports.map((event): Trouble => {
      const cache = slub.exec(event.text)?.[1];
      const what = `Slab corruption${cache === undefined ? '' : ` of ${cache}`}`;
      const frames = event.frames;
      const named = frames.length > 0 ? undefined : kasanPlace.exec(event.text)?.[1];
      const place = named === undefined || isHelper(named) ? {} : { place: named };
      const common = { class: 'slab-corruption', what, preposition: 'found in', ...place } as const;
      if (isEnd(evidence, event))
        return { ...common, tie: 'end', frames: frames.length > 0 ? frames : siteOf(evidence, event), evidence: [...logProof(event), ...stackProof(evidence)] };
      return { ...common, tie: 'finished', frames, evidence: logProof(event) };
    });
    if (troubles.length > 0 || evidence.taint?.badPage !== true) return troubles;
    const text = 'taint flag B in tainted_mask: the allocator found a bad page or a damaged object, and the log does not show it';
    return [{ class: 'slab-corruption', tie: 'finished', what: 'Slab corruption', frames: [], evidence: [{ text }] }];
  },
};
