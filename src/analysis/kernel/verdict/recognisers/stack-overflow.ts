/** A kernel stack that was used up. */
import { endsThrough, interruptedSite, isSoonAfter, lastReport, logProof, names, siteOf, stackProof } from '../end-of-system.ts';
import { meaningful } from '../meaningful-frames.ts';
import type { VerdictEvidence } from '../evidence.ts';
import type { Recogniser } from '../recogniser.ts';

/** arch/s390/kernel/traps.c, arch/x86/kernel/traps.c, arch/arm64/kernel/traps.c. */
const handlers = new Set(['kernel_stack_overflow', 'handle_stack_overflow', 'panic_bad_stack', 'handle_bad_stack', '__bad_stack']);
/** GCC's check of the word between the locals of a function and its return address. */
const canary = new Set(['__stack_chk_fail']);
const canaryLine = /stack-protector: Kernel stack is corrupted in: (?:([\w$]+)\S*\+0x)?/;
/** Found when the task gives up its CPU, by whatever calls for that. */
const endLine = 'corrupted stack end detected';
const line = /[kK]ernel stack overflow|stack guard page|Insufficient stack space|corrupted stack end detected|stack-protector: Kernel stack is corrupted/;
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
    'The stack of the end goes through the handler of a stack overflow (kernel_stack_overflow, handle_stack_overflow, panic_bad_stack); else the log says it in its last report. An overwritten canary is reported as such; a double fault alone is not a stack overflow.',
  recognise(evidence) {
    const { events, panic } = evidence;
    const reports = events.filter(({ text }) => line.test(text));
    const report = lastReport(reports, new Set(reports.map(({ mark }) => mark)));
    const isLogged = report !== undefined && panic !== undefined && isSoonAfter(panic, report);
    const isCanary = endsThrough(evidence, canary) !== undefined || (isLogged && canaryLine.test(report.text));
    if (endsThrough(evidence, handlers) === undefined && !isLogged && !isCanary) return [];
    const frames = interruptedSite(siteOf(evidence, report));
    const key = meaningful(frames);
    if (isCanary) {
      const place = key[0] ?? canaryLine.exec(report?.text ?? '')?.[1];
      const evidenced = [...stackProof(evidence), ...logProof(report)];
      return [{ class: 'stack-overflow', tie: 'end', what: 'Buffer overflow on the kernel stack', frames, place, evidence: evidenced }];
    }
    const recursion = recursive(frames);
    const ordered = recursion === undefined ? key : [recursion, ...key.filter((name) => name !== recursion)];
    return [
      {
        class: 'stack-overflow',
        tie: 'end',
        what: 'Kernel stack overflow',
        ...(report?.text.includes(endLine) === true ? { preposition: 'found in' } : {}),
        frames,
        place: ordered[0],
        key: ordered,
        evidence: [...stackProof(evidence), ...logProof(report)],
      },
    ];
  },
};
