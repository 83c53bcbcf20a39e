/** A kernel stack that was used up. */
import { endsThrough, interruptedSite, logProof, names, siteOf, stackProof } from '../end-of-system.ts';
import { meaningful } from '../meaningful-frames.ts';
import type { VerdictEvidence } from '../evidence.ts';
import type { Recogniser } from '../recogniser.ts';

/** arch/s390/kernel/traps.c, arch/x86/kernel/traps.c, arch/arm64/kernel/traps.c. */
const handlers = new Set([
  'kernel_stack_overflow',
  'handle_stack_overflow',
  'panic_bad_stack',
  'handle_bad_stack',
  '__bad_stack',
  'exc_double_fault',
  'do_double_fault',
]);
const line =
  /[kK]ernel stack overflow|stack guard page|Insufficient stack space|double fault|corrupted stack end detected|stack-protector: Kernel stack is corrupted/;
/** So many frames of one function are a recursion. */
const often = 4;

/** The function that filled the stack: the one that is on it most often, where that is often. */
function recursive(frames: VerdictEvidence['traces'][number]['frames'] | readonly { readonly symbol?: string | undefined }[]): string | undefined {
  const counts = new Map<string, number>();
  for (const name of names(frames.map(({ symbol }) => ({ kind: 'return' as const, symbol })))) if (name !== '') counts.set(name, (counts.get(name) ?? 0) + 1);
  const most = [...counts].reduce<readonly [string, number]>((best, one) => (one[1] > best[1] ? one : best), ['', often - 1]);
  return most[0] === '' ? undefined : most[0];
}

export const stackOverflow: Recogniser = {
  id: 'stack-overflow',
  classes: ['stack-overflow'],
  about:
    'The stack of the end goes through the handler of a stack overflow (kernel_stack_overflow, handle_stack_overflow, panic_bad_stack); else the log says it in its last report.',
  recognise(evidence) {
    const { events, panic } = evidence;
    const report = events.findLast(({ text }) => line.test(text)) ?? (panic !== undefined && line.test(panic.text) ? panic : undefined);
    const isLogged =
      report !== undefined && (report === panic || (panic?.time !== undefined && report.time !== undefined && panic.time - report.time < 1_000_000_000n));
    if (endsThrough(evidence, handlers) === undefined && !isLogged) return [];
    const frames = interruptedSite(siteOf(evidence, report));
    const recursion = recursive(frames);
    const key = meaningful(frames);
    const ordered = recursion === undefined ? key : [recursion, ...key.filter((name) => name !== recursion)];
    return [
      {
        class: 'stack-overflow',
        tie: 'end',
        what: 'Kernel stack overflow',
        frames,
        place: ordered[0],
        key: ordered,
        evidence: [...stackProof(evidence), ...logProof(report)],
      },
    ];
  },
};
