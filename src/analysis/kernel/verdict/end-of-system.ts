/** What several recognisers ask of the evidence of an end. */
import { functionName } from '../stacks/crash-path.ts';
import type { Proof, VerdictEvidence } from './evidence.ts';
import { quoted, type LogEvent } from './log-events.ts';
import { keyOf, type NamedFrame } from './meaningful-frames.ts';

export const names = (frames: readonly NamedFrame[]): readonly string[] => frames.map(({ symbol }) => functionName(symbol));

/** Whether the end goes through one of these functions: on the way that every crash has, or up to the code that an exception interrupted. */
export function endsThrough({ end }: VerdictEvidence, wanted: ReadonlySet<string>): string | undefined {
  if (end === undefined) return undefined;
  const border = end.site.findIndex(({ kind }) => kind === 'interrupted');
  return names([...end.path, ...end.site.slice(0, border === -1 ? undefined : border)]).find((name) => wanted.has(name));
}

/** The functions that called panic(), innermost first: those of the site, without anything that an exception interrupted further out. */
export const called = ({ end }: VerdictEvidence): readonly string[] => {
  if (end === undefined) return [];
  const border = end.site.findIndex(({ kind }, at) => at > 0 && kind === 'interrupted');
  return names(end.site.slice(0, border === -1 ? undefined : border));
};

/** From the code on that an exception or interrupt stopped; the site itself where nothing was stopped. */
export function interruptedSite(frames: readonly NamedFrame[]): readonly NamedFrame[] {
  const border = frames.findIndex(({ kind }) => kind === 'interrupted');
  return border === -1 ? frames : frames.slice(border);
}

const second = 1_000_000_000n;
/** die() and oops_end() of arch/{s390,x86,arm64}. */
const oopsPath = new Set(['die', '__die', 'die_kernel_fault', 'oops_end', 'make_task_dead', 'die_addr', 'page_fault_oops', 'no_context']);

/** First event of the last block of events with these marks: lines of one report follow each other within a second. */
export function lastReport(events: readonly LogEvent[], marks: ReadonlySet<string>): LogEvent | undefined {
  const found = events.filter(({ mark }) => marks.has(mark));
  let at = found.length - 1;
  for (let [earlier, later] = [found[at - 1], found[at]]; earlier !== undefined && later !== undefined; [earlier, later] = [found[at - 1], found[at]]) {
    if (earlier.time === undefined || later.time === undefined || later.time - earlier.time > second) break;
    at -= 1;
  }
  return found[at];
}

/** A panic that an oops leads to itself; another one is of another trouble, on any CPU. */
export const endsOops = (panic: string): boolean => /Fatal exception|Aiee, killing interrupt handler|Oopsed too often/.test(panic);

/** What an oops is announced by; a "BUG:" of other checks is none, and the system continues. */
export const isOopsLine = ({ mark, text }: LogEvent): boolean => mark === 'oops' || (mark === 'bug' && /^[kK]ernel BUG at|^CFI failure at/.test(text));

/** Reports of oopses, the first line of each. */
export function oopsReports(events: readonly LogEvent[]): readonly LogEvent[] {
  const found = events.filter(isOopsLine);
  return found.filter(({ time }, at) => {
    const before = found[at - 1];
    return before?.time === undefined || time === undefined || time - before.time > second;
  });
}

/** Whether one event came soon after the other, even where a slow console held it up. */
export const isSoonAfter = (later: LogEvent | undefined, earlier: LogEvent): boolean =>
  later?.time === undefined || earlier.time === undefined || (later.time >= earlier.time && later.time - earlier.time <= 60n * second);

/** The task that every other depends on, or the idle task: an oops that ends it ends the system (kernel/exit.c). */
const endsVitalTask = (panic: LogEvent, report: LogEvent | undefined): boolean =>
  /Attempted to kill (?:init|the idle task)!/.test(panic.text) &&
  report !== undefined &&
  isSoonAfter(panic, report) &&
  report.lines.some((line) => /\bPID: [01] /.test(line));

/** Before Linux 5.0 a crash was requested by a write through NULL (drivers/tty/sysrq.c). */
export const isRequested = (frames: readonly NamedFrame[]): boolean => functionName(frames[0]?.symbol) === 'sysrq_handle_crash';

/** Whether an oops or a BUG ended the system, and did not only happen in it. */
export const isOops = (evidence: VerdictEvidence): boolean => hasOopsed(evidence) && !isRequested(siteOf(evidence, lastOops(evidence)));

export function hasOopsed(evidence: VerdictEvidence): boolean {
  const { end, panic, crashTime, events, entry } = evidence;
  if (endsThrough(evidence, oopsPath) !== undefined || (entry?.kind === 'oops' && end === undefined)) return true;
  if (panic !== undefined) return end === undefined && (endsOops(panic.text) || endsVitalTask(panic, lastOops(evidence)));
  // crash_kexec() straight from an oops: the registers are those of the code that failed, and no panic line is printed.
  if (crashTime === undefined) return false;
  const last = events.findLast(({ mark }) => mark !== 'warning');
  return (end === undefined || end.path.length === 0) && last !== undefined && isOopsLine(last) && (last.after ?? 0n) <= 60n * second;
}

/** The last report of an oops in the log, unless a panic came long after it: the report of that one was lost. */
export function lastOops({ events, panic }: VerdictEvidence): LogEvent | undefined {
  const report = oopsReports(events).at(-1);
  return report !== undefined && isSoonAfter(panic, report) ? report : undefined;
}

/** What the log says of the oops that ended the system. */
export const oopsReport = (evidence: VerdictEvidence): LogEvent | undefined => (isOops(evidence) ? lastOops(evidence) : undefined);

/** Where it happened: by the stack, else by the call trace in the log, which the kernel wrote with names that may not be in the dump. */
export const siteOf = ({ end }: VerdictEvidence, report: LogEvent | undefined): readonly NamedFrame[] => {
  const logged = report?.frames ?? [];
  if (end === undefined || end.site.length === 0) return logged;
  return keyOf(end.site).length === 0 && keyOf(logged).length > 0 ? logged : end.site;
};

const shown = 5;

/** The stack that a trouble is determined from, in a sentence. */
export function stackProof({ end }: VerdictEvidence): Proof[] {
  if (end === undefined) return [];
  const functions = end.site.slice(0, shown).map(({ symbol, address }) => symbol ?? address);
  const task = end.comm === undefined ? '' : `, task ${end.comm}`;
  return functions.length === 0 ? [] : [{ text: `stack of ${end.cpu}${task}: ${functions.join(' < ')}` }];
}

export const logProof = (event: LogEvent | undefined): Proof[] => (event === undefined ? [] : [{ text: quoted(event) }]);

/** Names without the offsets and addresses that differ from crash to crash. */
export const plain = (text: string): string =>
  text
    .replaceAll(/\bexitcode=0x0*(?=[0-9a-f])/g, 'exitcode=0x')
    .replaceAll(/\+0x[0-9a-f]+(?:\/0x[0-9a-f]+)?/g, '')
    .replaceAll(/\b(?:0x)?[0-9a-f]{8,}\b/g, '')
    .replaceAll(/\.(?:constprop|isra|part|cold|llvm)(?:\.\d+)*/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
