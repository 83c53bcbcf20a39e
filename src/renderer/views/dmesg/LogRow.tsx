import type { LogRecordJson } from '../../../shared/kernel-model.ts';
import { levelNames } from '../../../shared/log-line.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { piecesOf } from './log-filter.ts';

/** syslog(3). */
const facilities = ['kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp', 'cron', 'authpriv', 'ftp'] as const;
const graveLevel = 3;
const warnLevel = 4;

const toneOf = ({ mark, level }: LogRecordJson): string => {
  if (mark === 'panic' || mark === 'oops' || mark === 'bug' || mark === 'lockup' || mark === 'hardware') return 'tone-bad';
  if (level !== undefined && level <= graveLevel) return 'tone-bad';
  return mark !== undefined || level === warnLevel ? 'tone-warn' : '';
};

/** One record: time, level, who wrote it, text with what is searched for marked. */
export function LogRow({ record, search }: { readonly record: LogRecordJson; readonly search: string }) {
  const { time, level, facility, caller, text, cut, mark, device } = record;
  const levelName = level === undefined ? '' : (levelNames[level] ?? String(level));
  return (
    <>
      <span className="number dim code" role="cell">
        {time?.slice(0, -3) ?? ''}
      </span>
      <span role="cell" className={toneOf(record)}>
        {levelName}
      </span>
      <span role="cell" className="dim">
        {facility === undefined ? '' : (facilities[facility] ?? String(facility))}
      </span>
      <span
        role="cell"
        className="dim code"
        {...(caller === undefined ? {} : { title: caller.startsWith('T') ? `thread ${caller.slice(1)}` : `CPU ${caller.slice(1)}` })}
      >
        {caller ?? ''}
      </span>
      <span role="cell" className={`code log-text ${toneOf(record)}`} {...(device === undefined ? {} : { title: device })}>
        {mark === undefined ? null : <span className="log-mark">{mark}</span>}
        {piecesOf(text, search).map((piece, at) =>
          piece.isHit ? (
            <mark key={at}>
              <Hostile text={piece.text} />
            </mark>
          ) : (
            <Hostile key={at} text={piece.text} />
          ),
        )}
        {cut === true ? <span className="tone-warn"> [its end is not in the dump]</span> : null}
      </span>
    </>
  );
}
