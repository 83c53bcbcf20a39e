/** The kernel's log as makedumpfile --dump-dmesg, crash and dmesg(1) print it. */
import type { RowJson } from './analysis-table.ts';
import type { LogRecordJson } from './kernel-model.ts';
import { visibleText } from './visible-text.ts';

/** Words of syslog(3), as dmesg(1) takes them. */
export const levelNames = ['emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info', 'debug'] as const;

const stampWidth = 5;
const callerWidth = 8;
/** Control characters as makedumpfile writes them; tab and line feed stay. */
// eslint-disable-next-line no-control-regex
const control = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

/** "[    1.234567] " with microseconds cut, not rounded; with the caller as makedumpfile 1.7.4 and later has it. */
function prefixOf(record: LogRecordJson, withCaller: boolean): string {
  const [seconds = '0', fraction = ''] = record.time?.split('.') ?? [];
  const stamp = record.time === undefined ? '' : `[${seconds.padStart(stampWidth)}.${fraction.slice(0, 6)}] `;
  return withCaller && record.caller !== undefined ? `${stamp}[${record.caller.padStart(callerWidth)}] ` : stamp;
}

/** One record: further lines of its text are indented by the width of the prefix. */
export function logLine(record: LogRecordJson, withCaller: boolean): string {
  const prefix = prefixOf(record, withCaller);
  const text = record.text.replaceAll(control, (mark) => `\\x${(mark.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`);
  return prefix + visibleText(text).replaceAll('\n', `\n${' '.repeat(prefix.length)}`) + (record.cut === true ? ' [cut]' : '');
}

/**
 * A row of the analysis merged-log as a record of a log. A record of the debug feature begins with the name of its log, its level, `*` for an exception, CPU and caller.
 */
export function recordOfRow({ sinceBoot, source, log, level, exception, cpu, caller, text = '' }: RowJson): LogRecordJson {
  const time = sinceBoot === undefined ? {} : { time: Number(sinceBoot).toFixed(9) };
  if (source !== 'debug feature') return { ...time, ...(typeof caller === 'string' ? { caller } : {}), text: String(text) };
  const head = `${String(log)} ${String(level)}${exception === true ? '*' : ''} cpu${String(cpu)}${caller === undefined ? '' : ` ${String(caller)}`}`;
  return { ...time, text: `${head}: ${String(text)}` };
}
