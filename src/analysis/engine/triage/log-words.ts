/** What the kernel's log says of the system's end, and how much of the log could be read. */
import { defined } from '../../../shared/defined.ts';
import { deathNotes, type DeathLine, type DeathNotes } from '../../kernel/log/log-marks.ts';
import { logName, type LogOfFile, type LogSearch } from '../../kernel/log/log-record.ts';
import { secondsText } from '../kernel/dmesg.ts';
import type { Told } from './told.ts';
import { derived } from '../session/memo.ts';
import type { Session } from '../session/session.ts';
import { isFailure } from '../../../shared/result.ts';

export interface LogWords {
  readonly notes?: DeathNotes;
  /** What its serious lines are; the gist is the gravest of them. */
  readonly told?: Told;
  /** That it cannot be read, or has gaps; absent when all of it was read. */
  readonly gap?: string;
  readonly isRead: boolean;
  /** It is from a file, and not from memory. */
  readonly file?: LogOfFile;
}

/** Microseconds, as the log itself is printed. */
const shortSeconds = (time: bigint): string => secondsText(time).slice(0, -3);
const at = ({ time }: DeathLine): string => (time === undefined ? '' : `, ${shortSeconds(time)} s after boot`);
/** In brackets, where a full stop of its own would be in the middle of a sentence. */
const quoted = (line: DeathLine): string => `${at(line)}: ${line.text.trimEnd().replace(/(?<!\.)\.$/, '')}`;

/** A log that continues for longer than this after its trouble did not end in it. */
const goesOn = 5_000_000_000n;

function toldOf({ panic, cause, trouble, first, after }: DeathNotes, file: LogOfFile | undefined): Told | undefined {
  const line = panic ?? trouble;
  if (line === undefined) return undefined;
  const parts = [
    `${logName(file)}${at(line)}`,
    panic === undefined || cause === undefined ? undefined : `before it${quoted(cause)}`,
    panic === undefined || trouble === undefined ? undefined : `also in the log${quoted(trouble)}`,
    first === undefined ? undefined : `the first trouble in it${quoted(first)}`,
    after === undefined || after <= goesOn ? undefined : `the log continues for ${after / 1_000_000_000n} s after it`,
  ];
  const text = line.text.trimEnd();
  // The gist alone is shown too.
  return {
    gist: file === undefined ? text : `${text} (from the file ${file.name}, not from memory)`,
    text: `${text} (${parts.filter((part) => part !== undefined).join('; ')}).`,
  };
}

/** By the log: a scan for vmcoreinfo may find a kernel with another one than that which was known before. */
const wordsByLog = derived((_: Session) => new Map<LogSearch, LogWords>());

/** Read once, for all who ask. */
export function logWords(session: Session): LogWords {
  const { log } = session.knownKernel;
  const known = wordsByLog(session).get(log) ?? wordsOf(log);
  wordsByLog(session).set(log, known);
  return known;
}

const fileGap = ({ name, why, shown }: LogOfFile, missing: readonly string[]): string =>
  `The kernel log in memory could not be read: ${why}. In its place the file ${name} was read (${shown})${missing.length === 0 ? '' : `, of which ${missing.join(', and ')}`}; what it leaves out is not known.`;

function wordsOf(log: LogSearch): LogWords {
  if (isFailure(log)) return { isRead: false, gap: `The kernel log could not be read: ${log.missing.why}.` };
  const { records, lost, lostWhy, file } = log.value;
  const notes = deathNotes(records);
  const cut = records.filter((record) => record.cut === true).length;
  const missing = [
    lost === 0 ? undefined : `${lost} ${lost === 1 ? 'record' : 'records'} or more cannot be read (${lostWhy ?? 'why is not known'})`,
    cut === 0 ? undefined : `${cut} ${cut === 1 ? 'record is' : 'records are'} cut`,
  ].filter((one) => one !== undefined);
  const told = notes === undefined ? undefined : toldOf(notes, file);
  if (file !== undefined) return { isRead: true, file, ...defined({ notes, told }), gap: fileGap(file, missing) };
  return {
    isRead: true,
    ...defined({ notes, told }),
    ...(missing.length === 0 ? {} : { gap: `The kernel log has gaps: ${missing.join(', and ')}; what they said is not known.` }),
  };
}
