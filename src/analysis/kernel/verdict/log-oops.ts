/** Class of an oops by what the log says of it, for kernels and machines where memory and registers do not say it. */
import type { VerdictClass } from '../../../shared/verdict-model.ts';
import { nullLimit } from '../../arch/fault.ts';
import type { LogEvent } from './log-events.ts';

export interface OopsWords {
  readonly class: VerdictClass;
  readonly what: string;
}

const address = (text: string): bigint | undefined => {
  const found = /(?:address:?|at virtual address|Failing address:) (?:0x)?([0-9a-f]{4,16})\b/.exec(text)?.[1];
  return found === undefined ? undefined : BigInt(`0x${found}`);
};

const write = /supervisor write access|#PF: supervisor write|write access|WnR = 1/;
const fetch = /supervisor instruction fetch|instruction fetch/;
const read = /supervisor read access|WnR = 0/;

/** Of all lines of the report: which access, as far as they say it. */
const accessOf = (text: string): 'write' | 'read' | 'call' | undefined =>
  fetch.test(text) ? 'call' : write.test(text) ? 'write' : read.test(text) ? 'read' : undefined;

const pointerWords = (isNull: boolean, access: ReturnType<typeof accessOf>): OopsWords => ({
  class: isNull ? 'null-pointer' : 'bad-pointer',
  what: `${isNull ? 'NULL' : 'Bad'} pointer ${access ?? 'dereference'}`,
});

/** First match wins. */
const rules: readonly (readonly [RegExp, OopsWords])[] = [
  [
    /stack guard page|Kernel stack overflow|kernel stack overflow|Insufficient stack space|double fault/,
    { class: 'stack-overflow', what: 'Kernel stack overflow' },
  ],
  [/[kK]ernel BUG at|Oops - BUG|monitor event: /, { class: 'bug', what: 'BUG' }],
  [/privileged operation: /, { class: 'privileged-operation', what: 'Privileged operation' }],
  [
    /(?:data|fixpoint divide|fixpoint overflow|decimal \w+|HFP \w+) exception: |divide error|Division by zero/,
    { class: 'data-exception', what: 'Arithmetic exception' },
  ],
  [/illegal operation: |invalid opcode|[uU]ndefined instruction|specification exception: /, { class: 'illegal-operation', what: 'Illegal operation' }],
  [
    /read-only memory|NX-protected page|permissions violation|protection exception: |execute from non-executable/,
    { class: 'protection', what: 'Access to protected memory' },
  ],
];

/** @returns undefined where the report is of nothing that is known here */
export function oopsWords({ text, lines }: LogEvent): OopsWords | undefined {
  const all = [text, ...lines].join('\n');
  const first = rules.find(([pattern]) => pattern.test(text))?.[1];
  if (first !== undefined) return first;
  const failing = address(all);
  if (text.includes('NULL pointer') || text.startsWith('Low-address protection')) return pointerWords(true, accessOf(all));
  // The line that announces it may be lost.
  const isBare = /^Oops[: ]/.test(text) && failing !== undefined;
  if (isBare || /Unable to handle|unable to handle|addressing exception|general protection fault/.test(text)) {
    const refused = rules.at(-1);
    if (failing !== undefined && failing >= nullLimit && refused?.[0].test(all) === true) return refused[1];
    return pointerWords(failing !== undefined && failing < nullLimit, accessOf(all));
  }
  return rules.find(([pattern]) => pattern.test(all))?.[1];
}

/** The code of the exception as a report prints it ("Oops: 0004 ilc:3", s390x), without what is no part of it. */
export function loggedCode({ text, lines }: LogEvent): number | undefined {
  for (const line of [text, ...lines]) {
    const code = /\b([0-9a-f]{4}) ilc:[123]\b/.exec(line)?.[1];
    if (code !== undefined) return Number.parseInt(code, 16) & 0x7f;
  }
  return undefined;
}
