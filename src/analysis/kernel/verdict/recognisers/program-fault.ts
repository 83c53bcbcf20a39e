/** Exceptions of kernel code: pointers, protection, operations, arithmetic. */
import { hex } from '../../../../shared/units.ts';
import type { VerdictClass } from '../../../../shared/verdict-model.ts';
import type { Fault } from '../../../arch/fault.ts';
import { functionName } from '../../stacks/crash-path.ts';
import type { EndStack, Proof, VerdictEvidence } from '../evidence.ts';
import { isOops, isRequested, logProof, oopsReport, oopsReports, siteOf, stackProof } from '../end-of-system.ts';
import type { LogEvent } from '../log-events.ts';
import { freedProof, isPoisoned, loggedCode, oopsWords, throughFreed } from '../log-oops.ts';
import type { Recogniser, Trouble } from '../recogniser.ts';

/** An instruction at a place that is none of code. */
const badCall = 'Bad pointer call';
const words = { read: 'read', write: 'write', execute: 'call' } as const;
const operations: Readonly<Record<Exclude<Fault['kind'], 'access' | 'bug'>, string>> = {
  'illegal-operation': 'Illegal operation',
  'privileged-operation': 'Privileged operation',
  'data-exception': 'Arithmetic exception',
};

function wordsOf(fault: Fault, hasSite: boolean): { readonly class: VerdictClass; readonly what: string } | undefined {
  if (fault.kind === 'bug') return undefined;
  // What is at a place without a symbol is not code: a pointer led there.
  if (fault.kind === 'illegal-operation' && !hasSite) return { class: 'bad-pointer', what: badCall };
  if (fault.kind !== 'access') return { class: fault.kind, what: operations[fault.kind] };
  const access = fault.access === undefined ? 'dereference' : words[fault.access];
  if (fault.isNull) return { class: 'null-pointer', what: `NULL pointer ${access}` };
  if (isPoisoned(fault.address)) return { class: 'bad-pointer', what: throughFreed(access) };
  // Code in pages without execute permission that no symbol names was reached through a pointer.
  if (fault.isRefused && !(fault.access === 'execute' && !hasSite)) {
    const what =
      fault.access === 'write' ? 'Write to protected memory' : fault.access === 'execute' ? 'Execution of protected memory' : 'Access to protected memory';
    return { class: 'protection', what };
  }
  return { class: 'bad-pointer', what: `Bad pointer ${access}` };
}

const faultProof = (fault: Fault): Proof => ({
  text: `${fault.detail}${fault.kind === 'access' && fault.address !== undefined ? `: failing address ${fault.isPage ? 'in the page at ' : ''}${hex(fault.address)}` : ''}`,
  where: { space: 'virtual', start: hex(fault.where.start), end: hex(fault.where.start + BigInt(fault.where.bytes)) },
});

/** Registers that were saved and the report that printed them name one function, unless one of them was changed. */
function otherPlace({ end }: VerdictEvidence, report: LogEvent | undefined): readonly Proof[] {
  const logged = report?.frames[0];
  const [site] = end?.site ?? [];
  if (logged?.kind !== 'running' || logged.symbol === undefined || site?.symbol === undefined || site.kind === 'return') return [];
  const [there, here] = [functionName(logged.symbol), functionName(site.symbol)];
  return there === here ? [] : [{ text: `contradicted: the log says that it happened in ${there}, the registers that were saved are of ${here}` }];
}

/** Of a call through a bad pointer, what the pointer led to is not a place: the caller is. */
function callSite({ site, fault }: EndStack, what: string): EndStack['site'] {
  const [first, ...callers] = site;
  const isCall = what === badCall || (fault?.kind === 'access' && fault.access === 'execute');
  return isCall && first !== undefined && first.symbol === undefined ? callers : site;
}

function atEnd(evidence: VerdictEvidence): readonly Trouble[] {
  if (!isOops(evidence)) return [];
  const report = oopsReport(evidence);
  const { end } = evidence;
  const fault = end?.fault;
  const found = fault === undefined ? undefined : wordsOf(fault, end?.site[0]?.symbol !== undefined);
  const proofs = [...stackProof(evidence), ...logProof(report), ...otherPlace(evidence, report)];
  const code = report === undefined ? undefined : loggedCode(report);
  // The log printed what was saved then: what is in memory now was changed since.
  if (report !== undefined && fault?.code !== undefined && code !== undefined && code !== fault.code) {
    const why = { text: `contradicted: ${fault.detail}, and the log has code ${hex(BigInt(code))}, printed when it happened` };
    const words = oopsWords(report) ?? { class: 'unknown' as const, what: 'Exception' };
    return [{ ...words, tie: 'end', frames: siteOf(evidence, report), evidence: [why, ...proofs, ...freedProof(words.what)] }];
  }
  if (end !== undefined && fault !== undefined && found !== undefined) {
    const frames = siteOf({ ...evidence, end: { ...end, site: callSite(end, found.what) } }, report);
    return [{ ...found, tie: 'end', frames, evidence: [faultProof(fault), ...freedProof(found.what), ...proofs] }];
  }
  const logged = fault?.kind === 'bug' || report === undefined ? undefined : oopsWords(report);
  return logged === undefined ? [] : [{ ...logged, tie: 'end', frames: siteOf(evidence, report), evidence: [...proofs, ...freedProof(logged.what)] }];
}

/** Those that the system survived. */
function finished(evidence: VerdictEvidence): readonly Trouble[] {
  const last = oopsReport(evidence);
  return oopsReports(evidence.events).flatMap((event): readonly Trouble[] => {
    if (last !== undefined && (event.time === undefined || last.time === undefined || event.time >= last.time)) return [];
    const found = isRequested(event.frames) ? undefined : oopsWords(event);
    return found === undefined || found.class === 'unknown'
      ? []
      : [{ ...found, tie: 'finished', frames: event.frames, evidence: [...logProof(event), ...freedProof(found.what)] }];
  });
}

export const programFault: Recogniser = {
  id: 'program-fault',
  classes: ['null-pointer', 'bad-pointer', 'protection', 'illegal-operation', 'privileged-operation', 'data-exception'],
  about:
    'An exception whose handling brought the system down. The code of the exception and the address that failed are read from what the kernel saved (pt_regs on s390x); elsewhere, and where that is not in the dump, they are taken from the log. The function is that of the stack.',
  recognise: (evidence) => [...atEnd(evidence), ...finished(evidence)],
};
