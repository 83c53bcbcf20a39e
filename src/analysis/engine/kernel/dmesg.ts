/** `dmesg`: the kernel's log. */
import type { LogRecord } from '../../kernel/log/log-record.ts';
import { defined } from '../../../shared/defined.ts';
import type { DmesgJson, LogRecordJson } from '../../../shared/kernel-model.ts';
import { recordMark } from '../../kernel/log/log-marks.ts';
import { inPieces, type GivePiece } from '../../jobs/in-pieces.ts';
import type { Session } from '../session/session.ts';
import { DumpError } from '../../../shared/dump-error.ts';
import { schemaVersion } from '../../../shared/model.ts';

const cpuBit = 0x8000_0000;

const second = 1_000_000_000n;

/** Seconds since boot with nine digits. */
export const secondsText = (time: bigint): string => `${time / second}.${(time % second).toString().padStart(9, '0')}`;

const callerText = (caller: number): string => ((caller & cpuBit) === 0 ? `T${caller}` : `C${caller & ~cpuBit}`);

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
  if (!log.found || vmcoreinfo === undefined) throw new DumpError('absent', { file: session.path }, log.found ? 'no vmcoreinfo' : log.why, 'a kernel log');
  const { records, source, lost, lostWhy } = log.log;
  function* rows(): Generator<LogRecordJson> {
    for (const record of records) yield recordJson(record);
  }
  return {
    schema: schemaVersion,
    source,
    vmcoreinfo: vmcoreinfo.source,
    records: await inPieces(rows(), give, signal),
    lost,
    ...defined({ lostWhy }),
  };
}
