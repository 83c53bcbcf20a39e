/** `dmesg`: the kernel's log. */
import { callerText } from '../../kernel/log/caller-text.ts';
import type { LogRecord } from '../../kernel/log/log-record.ts';
import { defined } from '../../../shared/defined.ts';
import type { DmesgJson, LogRecordJson } from '../../../shared/kernel-model.ts';
import { recordMark } from '../../kernel/log/log-marks.ts';
import { inPieces, type GivePiece } from '../../jobs/in-pieces.ts';
import type { Session } from '../session/session.ts';
import { DumpError } from '../../../shared/dump-error.ts';
import { schemaVersion } from '../../../shared/model.ts';
import { isFailure } from '../../../shared/result.ts';

const second = 1_000_000_000n;

/** Seconds since boot with nine digits. */
export const secondsText = (time: bigint): string => `${time / second}.${(time % second).toString().padStart(9, '0')}`;

function recordJson(record: LogRecord): LogRecordJson {
  const { sequence, time, level, facility, caller, text, continued, cut, lostBefore, subsystem, device } = record;
  const mark = recordMark(record);
  return {
    ...(sequence === undefined || sequence > BigInt(Number.MAX_SAFE_INTEGER) ? {} : { sequence: Number(sequence) }),
    ...(time === undefined ? {} : { time: secondsText(time) }),
    ...defined({ level, facility }),
    ...(caller === undefined ? {} : { caller: callerText(caller) }),
    text,
    ...(continued === true ? { continued } : {}),
    ...(cut === true ? { cut } : {}),
    ...defined({ lostBefore, subsystem, device, mark }),
  };
}

/** @param give takes the records piece by piece @throws DumpError absent when there is no log to read; Cancelled */
export async function describeLog(session: Session, signal: AbortSignal, give?: GivePiece<LogRecordJson>): Promise<DmesgJson> {
  const kernel = await session.findKernel(signal);
  await kernel.ready(['log'], signal);
  const { log, vmcoreinfo } = kernel;
  if (isFailure(log)) throw new DumpError('absent', { file: session.path }, log.missing.why, 'a kernel log');
  const { records, source, lost, lostWhy, file } = log.value;
  function* rows(): Generator<LogRecordJson> {
    for (const record of records) yield recordJson(record);
  }
  return {
    schema: schemaVersion,
    source,
    ...(file === undefined ? defined({ vmcoreinfo: vmcoreinfo?.source }) : { file: { ...file } }),
    records: await inPieces(rows(), give, signal),
    lost,
    ...defined({ lostWhy }),
  };
}
