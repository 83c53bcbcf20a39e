/**
 * Lines of a kernel log that say why a system died: what panic(), die() and the watchdogs print (kernel/panic.c, lib/bug.c,
 * kernel/watchdog.c, kernel/hung_task.c, mm/oom_kill.c; arch/{s390,x86,arm64}/mm/fault.c and kernel/{dumpstack,traps}.c).
 */
import { defined } from '../../../shared/defined.ts';

export type LogMark = 'panic' | 'oops' | 'bug' | 'lockup' | 'memory' | 'hardware' | 'request' | 'warning';

/** First match wins. */
const marks: readonly (readonly [LogMark, RegExp])[] = [
  ['panic', /^Kernel panic - not syncing/],
  // Anchored, for a line may quote a name that a user chose; and mce: is what a boot says of healthy hardware too.
  [
    'hardware',
    /^(?:(?:[\w/ ]{1,20}: )?(?:\{\d+\})?\[Hardware Error\]|BERT: Error records|(?:MCE: CPU\d+: |mcck: |(?:[A-Z][a-z]+ )?(?:[a-z]+ ){0,4})?[mM]achine check\b(?! poll)|Uncorrected hardware memory error|SError Interrupt on CPU)/,
  ],
  [
    'lockup',
    /^(?:(?:\w+ )?watchdog: (?:CPU ?\d+: )?)?(?:BUG: soft lockup|Watchdog detected hard LOCKUP|Hard LOCKUP|BUG: workqueue lockup|CPU \d+ (?:self-)?detected hard LOCKUP|(?:rcu: )?INFO: \S+ (?:self-detected stall|detected (?:expedited )?stalls?)\b|INFO: task .{1,40} blocked for more than \d+ seconds)/,
  ],
  [
    'oops',
    /^(Oops[: ]|BUG: unable to handle|BUG: [kK]ernel NULL pointer|BUG: Unable to handle kernel|BUG: (?:\S+ )?stack guard page|Unable to handle kernel|Internal error: |(?:traps: )?PANIC: double fault|general protection fault|Low-address protection:|stack segment|double fault|divide error|invalid opcode|illegal operation: |specification exception: |addressing exception: |protection exception: |data exception: |translation exception: |monitor event: |Kernel stack overflow|Insufficient stack space to handle exception|[\w ,()'-]{3,60}: [0-9a-f]{4}(?: ilc:\d)? \[#\d+\])/,
  ],
  ['bug', /^([kK]ernel BUG at|BUG: |BUG (?!at )\S.{0,60}? \((?:Not tainted|Tainted)|CFI failure at |list_(?:add|del) (?:corruption|double add))/],
  ['memory', /(^Out of memory:|^Memory cgroup out of memory|^.{1,64} invoked oom-killer: )/],
  ['request', /^(?:sysrq: (?:SysRq : )?|SysRq : )Trigger a crash/],
  ['warning', /^(WARNING: )/],
];

export const markOf = (text: string): LogMark | undefined => marks.find(([, pattern]) => pattern.test(text))?.[0];

/**
 * Whether the kernel wrote it, and not a user: /dev/kmsg makes LOG_USER of facility 0, which printk() alone writes (devkmsg_write(),
 * kernel/printk/printk.c). A log that records no facility does not tell.
 */
export const isKernels = ({ facility }: { readonly facility?: number }): boolean => facility === undefined || facility === 0;

/** What a record of the kernel's own reports; a line that a user wrote reports nothing. */
export const recordMark = (record: { readonly text: string; readonly facility?: number }): LogMark | undefined =>
  isKernels(record) ? markOf(record.text) : undefined;

export interface DeathLine {
  readonly mark: LogMark;
  readonly text: string;
  /** Nanoseconds since boot. */
  readonly time: bigint | undefined;
}

export interface DeathNotes {
  /** The last panic line. */
  readonly panic?: DeathLine;
  /** What came before a panic: the request to crash, else the first oops, BUG, lockup or shortage of memory of its last minute. */
  readonly cause?: DeathLine;
  /** Without a panic line: where the last block of serious lines begins. With one: trouble of its last minute that came before a requested crash. */
  readonly trouble?: DeathLine;
  /** Where the first serious block of the log begins, when it is another than `trouble`. */
  readonly first?: DeathLine;
  /** How long the log continues after the panic line, else after `trouble`, in nanoseconds, where both have times. */
  readonly after?: bigint;
}

const second = 1_000_000_000n;
const minute = 60n * second;
/** What may bring a system down, or shows that it hangs. */
const serious = new Set<LogMark>(['oops', 'bug', 'lockup', 'hardware', 'memory']);

interface LoggedText {
  readonly text: string;
  readonly time?: bigint;
  readonly facility?: number;
}

function before(lines: readonly DeathLine[], panic: DeathLine): Pick<DeathNotes, 'cause' | 'trouble'> {
  const near = lines.filter(({ time }) => time === undefined || panic.time === undefined || (time <= panic.time && panic.time - time < minute));
  const request = near.findLast(({ mark }) => mark === 'request');
  const trouble = near.find(({ mark }) => serious.has(mark));
  const cause = request ?? trouble;
  return { ...defined({ cause }), ...(request === undefined || trouble === undefined ? {} : { trouble }) };
}

/** Lines of one report follow each other within a second: die() prints several, khungtaskd one for each task. */
const isSameBlock = (earlier: DeathLine, later: DeathLine): boolean =>
  earlier.time !== undefined && later.time !== undefined && later.time - earlier.time <= second;

/** Where the block begins that ends with the line at `end`. */
function blockStart(lines: readonly DeathLine[], end: number): number {
  let at = end;
  for (let earlier = lines[at - 1], line = lines[at]; earlier !== undefined && line !== undefined && isSameBlock(earlier, line);) {
    at -= 1;
    line = earlier;
    earlier = lines[at - 1];
  }
  return at;
}

/**
 * What a log says of the system's end: its panic with what came before, else its last block of serious lines.
 * @returns undefined when no line is serious. A line that is not there says nothing: the log may have lost it, or may never have had it.
 */
export function deathNotes(records: readonly LoggedText[]): DeathNotes | undefined {
  const lines = records.flatMap((record): DeathLine[] => {
    const { text, time } = record;
    const mark = recordMark(record);
    return mark === undefined ? [] : [{ mark, text: text.split('\n', 1)[0] ?? '', time }];
  });
  const at = lines.findLastIndex(({ mark }) => mark === 'panic');
  const panic = lines[at];
  const end = records.findLast(({ time }) => time !== undefined)?.time;
  const ageOf = ({ time }: DeathLine): Pick<DeathNotes, 'after'> => (end === undefined || time === undefined || end < time ? {} : { after: end - time });
  if (panic !== undefined) return { panic, ...before(lines.slice(0, at), panic), ...ageOf(panic) };
  const blocks = lines.filter(({ mark }) => serious.has(mark));
  const trouble = blocks[blockStart(blocks, blocks.length - 1)];
  if (trouble === undefined) return undefined;
  const [first] = blocks;
  return {
    trouble,
    ...(first === undefined || first === trouble ? {} : { first }),
    ...ageOf(trouble),
  };
}
