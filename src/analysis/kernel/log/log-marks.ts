/**
 * Lines of a kernel log that say why a system died: what panic(), die() and the watchdogs print (kernel/panic.c, lib/bug.c,
 * kernel/watchdog.c, kernel/hung_task.c, mm/oom_kill.c; arch/{s390,x86,arm64}/mm/fault.c and kernel/{dumpstack,traps}.c).
 */
export type LogMark = 'panic' | 'oops' | 'bug' | 'lockup' | 'memory' | 'hardware' | 'request' | 'warning';

/** First match wins. */
const marks: readonly (readonly [LogMark, RegExp])[] = [
  ['panic', /^Kernel panic - not syncing/],
  ['hardware', /(\bMachine check|\bmachine check|\[Hardware Error\]|^mce: |Uncorrected hardware memory error)/],
  ['lockup', /(soft lockup|hard LOCKUP|detected stall|self-detected stall|detected stalls on CPUs|blocked for more than \d+ seconds)/],
  [
    'oops',
    /^(Oops[: ]|BUG: unable to handle|BUG: kernel NULL pointer|Unable to handle kernel|Internal error: |general protection fault|Low-address protection:|stack segment|double fault|divide error|invalid opcode|illegal operation: |specification exception: |addressing exception: |protection exception: |data exception: |translation exception: |monitor event: )/,
  ],
  ['bug', /^(kernel BUG at|BUG: )/],
  ['memory', /(^Out of memory:|^Memory cgroup out of memory|invoked oom-killer)/],
  ['request', /^sysrq: Trigger a crash/],
  ['warning', /^(WARNING: )/],
];

export const markOf = (text: string): LogMark | undefined => marks.find(([, pattern]) => pattern.test(text))?.[0];

export interface DeathLine {
  readonly mark: LogMark;
  readonly text: string;
  /** Nanoseconds since boot. */
  readonly time: bigint | undefined;
}

export interface DeathNotes {
  /** The last panic line, else the last oops, BUG or lockup after which nothing shows that the system went on to a panic. */
  readonly last: DeathLine;
  /** What came before a panic and caused it: the first oops, BUG, lockup or request of its last minute. */
  readonly cause?: DeathLine;
}

const minute = 60_000_000_000n;
const causes = new Set<LogMark>(['oops', 'bug', 'lockup', 'hardware', 'memory', 'request']);

/** What a log says of the system's death; undefined when it holds no panic line. */
export function deathNotes(records: readonly { readonly text: string; readonly time?: bigint }[]): DeathNotes | undefined {
  const lines = records.flatMap(({ text, time }): DeathLine[] => {
    const mark = markOf(text);
    return mark === undefined ? [] : [{ mark, text: text.split('\n', 1)[0] ?? '', time }];
  });
  const at = lines.findLastIndex(({ mark }) => mark === 'panic');
  const last = lines[at];
  if (last === undefined) return undefined;
  const cause = lines
    .slice(0, at)
    .find(({ mark, time }) => causes.has(mark) && (time === undefined || last.time === undefined || (time <= last.time && last.time - time < minute)));
  return { last, ...(cause === undefined ? {} : { cause }) };
}
