/** Class of an oops by what the log says of it, for kernels and machines where memory and registers do not say it. */
import type { VerdictClass } from '../../../shared/verdict-model.ts';
import { nullLimit } from '../../arch/fault.ts';
import type { Proof } from './evidence.ts';
import type { LogEvent } from './log-events.ts';

export interface OopsWords {
  readonly class: VerdictClass;
  readonly what: string;
}

/** POISON_FREE (include/linux/poison.h): what SLUB fills freed objects with. */
export const isPoisoned = (address: bigint | undefined): boolean => address !== undefined && ((address >> 16n) & 0xffff_ffffn) === 0x6b6b_6b6bn;

const freed = 'through a pointer of a freed object';

type Access = 'read' | 'write' | 'call' | 'dereference';

export const throughFreed = (access: Access): string => `${{ read: 'Read', write: 'Write', call: 'Call', dereference: 'Access' }[access]} ${freed}`;

/** Why an object is called freed. @param what title of a fault, of whichever access */
export const freedProof = (what: string): readonly Proof[] =>
  what.endsWith(freed)
    ? [{ text: 'the failing address repeats 0x6b, with which SLUB fills freed objects if it is told to poison them: "freed" is inferred from that' }]
    : [];

/** The announcement names it; CR2 of x86_64 and DAR of ppc64 are among the registers, for a report whose announcement was lost. */
const addresses = [
  /(?:(?<!instruction )address:?|Failing address:|dereference at|paging request at|(?:read|write) at|data access at) (?:0x)?([0-9a-f]{1,16})\b/,
  /\b(?:CR2|DAR): ([0-9a-f]{16})\b/,
];

function address(text: string, bare: boolean): bigint | undefined {
  const found = addresses.slice(0, bare ? 2 : 1).flatMap((pattern) => pattern.exec(text)?.[1] ?? [])[0];
  return found === undefined ? undefined : BigInt(`0x${found}`);
}

const write = /supervisor write access|write access|WnR = 1| on write at /;
const fetch = /instruction fetch|IABT \(current EL\)|execute userspace/;
const read = /supervisor read access|WnR = 0| on read at /;
/** Error code of a page fault of x86_64; kernels before 5.1 do not put it into words (arch/x86/include/asm/trap_pf.h). */
const pageFault = /^Oops: (?:Oops: )?([0-9a-f]{4}) \[#/m;

/** Of all lines of the report: which access, as far as they say it. */
function accessOf(text: string): Access {
  if (fetch.test(text)) return 'call';
  if (write.test(text)) return 'write';
  if (read.test(text)) return 'read';
  const code = pageFault.exec(text)?.[1];
  if (code === undefined) return 'dereference';
  const bits = Number.parseInt(code, 16);
  return (bits & 0x10) !== 0 ? 'call' : (bits & 2) !== 0 ? 'write' : 'read';
}

function pointerWords(isNull: boolean, access: Access, failing?: bigint): OopsWords {
  if (isNull) return { class: 'null-pointer', what: `NULL pointer ${access}` };
  return { class: 'bad-pointer', what: isPoisoned(failing) ? throughFreed(access) : `Bad pointer ${access}` };
}

/** First match wins. */
const rules: readonly (readonly [RegExp, OopsWords])[] = [
  [/stack guard page|[kK]ernel stack overflow|Insufficient stack space/, { class: 'stack-overflow', what: 'Kernel stack overflow' }],
  // handle_stack_overflow() reports those that a full stack brought about (arch/x86/kernel/traps.c).
  [/double fault/, { class: 'unknown', what: 'Double fault' }],
  [/CFI failure at|Oops - CFI/, { class: 'unknown', what: 'Control flow integrity failure' }],
  [/[kK]ernel BUG at|Oops - BUG|monitor event: /, { class: 'bug', what: 'BUG' }],
  [/privileged operation: /, { class: 'privileged-operation', what: 'Privileged operation' }],
  [
    /(?:data|fixpoint divide|fixpoint overflow|decimal \w+|HFP [\w ]+|vector) exception: |divide error|Division by zero|(?:simd|fpu) exception: /,
    { class: 'data-exception', what: 'Arithmetic exception' },
  ],
  [/illegal operation: |invalid opcode|[uU]ndefined instruction|specification exception: /, { class: 'illegal-operation', what: 'Illegal operation' }],
];

const refused = /read-only memory|permissions violation|protection exception: |execute from non-executable/;
/** User space is the lower half (Documentation/arch/x86/x86_64/mm.rst). */
const upperHalf = 1n << 63n;

/** Something is there, and the access is not allowed. */
function refusedWords(all: string, access: Access, failing: bigint | undefined, isInCode: boolean): OopsWords {
  // The kernel does not run what is not code, nor use what users gave, by its own will: a pointer led there.
  const isUsers = failing !== undefined && failing < upperHalf && all.includes('permissions violation');
  if (isUsers || (access === 'call' && !isInCode)) return pointerWords(false, access, failing);
  const what = access === 'write' ? 'Write to' : access === 'call' ? 'Execution of' : 'Access to';
  return { class: 'protection', what: `${what} protected memory` };
}

/** Selectors and instructions bring it about too: then there is an error code, or an address that is not a reason for it (arch/x86/kernel/traps.c). */
function protectionFaultWords(text: string, failing: bigint | undefined): OopsWords {
  if (/maybe for address|: (?!0000)[0-9a-f]{4} \[#/.test(text)) return { class: 'unknown', what: 'General protection fault' };
  return pointerWords(false, 'dereference', failing);
}

/** @returns undefined where the report is of nothing that is known here */
export function oopsWords({ text, lines, frames }: Pick<LogEvent, 'text' | 'lines' | 'frames'>): OopsWords | undefined {
  const all = [text, ...lines].join('\n');
  const first = rules.find(([pattern]) => pattern.test(text))?.[1];
  if (first !== undefined) return first;
  const isOops = /^Oops[: ]/.test(text);
  const failing = address(all, isOops);
  const access = accessOf(all);
  // Shadow memory of KASAN is what faults then, not the pointer.
  if (text.includes('NULL pointer') || text.startsWith('Low-address protection') || all.includes('KASAN: null-ptr-deref in range'))
    return pointerWords(true, access);
  if (text.includes('general protection fault')) return protectionFaultWords(text, failing);
  // The line that announces it may be lost.
  const isBare = isOops && failing !== undefined;
  const isPointer = isBare || /Unable to handle|unable to handle|addressing exception|execute userspace|stack segment: /.test(text);
  const isNull = failing !== undefined && failing < nullLimit;
  const isInCode = frames[0]?.kind === 'running';
  if (refused.test(text) || (isPointer && !isNull && refused.test(all))) return refusedWords(all, access, failing, isInCode);
  if (isPointer) return pointerWords(isNull, access, failing);
  return rules.find(([pattern]) => pattern.test(all))?.[1];
}

/** The code of the exception as a report prints it ("Oops: 0004 ilc:3", s390x), without what is not part of it. */
export function loggedCode({ text, lines }: LogEvent): number | undefined {
  for (const line of [text, ...lines]) {
    const code = /\b([0-9a-f]{4}) ilc:[123]\b/.exec(line)?.[1];
    if (code !== undefined) return Number.parseInt(code, 16) & 0x7f;
  }
  return undefined;
}
