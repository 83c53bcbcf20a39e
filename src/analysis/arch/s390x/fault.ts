/**
 * Program interruptions of s390x: code and translation-exception identification in struct pt_regs (arch/s390/include/asm/ptrace.h of 5.10 to 6.12;
 * Principles of Operation, chapter 6; union teid of asm/fault.h).
 */
import { hex } from '../../../shared/units.ts';
import { nullLimit, type Fault, type FaultAccess, type FaultSource } from '../fault.ts';

/** Places in pt_regs without types. */
const places = { int_code: 160, int_parm_long: 168 } as const;
const codeMask = 0x7f;
const addressMask = ~0xfffn;
/** Both pages of the lowcore: low-address protection guards parts of each, and reads of them succeed. */
const lowcoreEnd = 0x2000n;

const codes = { operation: 1, privileged: 2, protection: 4, addressing: 5, specification: 6, data: 7, monitor: 0x40 } as const;
/** Fixed-point, decimal and floating-point exceptions. */
const isArithmetic = (code: number): boolean => code === codes.data || (code >= 8 && code <= 15);
/** Segment, page, ASCE-type, and region translation. */
const isTranslation = (code: number): boolean => code === 0x10 || code === 0x11 || (code >= 0x38 && code <= 0x3b);

/** Fetch/store indication of the TEID. */
function accessOf(teid: bigint): FaultAccess | undefined {
  const indication = (teid >> 10n) & 3n;
  return indication === 1n ? 'write' : indication === 2n ? 'read' : undefined;
}

const placeIn =
  (types: FaultSource['types'], registersAt: bigint) =>
  (member: keyof typeof places): bigint =>
    registersAt + BigInt(types?.offset('pt_regs', member) ?? places[member]);

/** The program-interruption code that was saved, and the length of the instruction; undefined where none was. */
export function faultCode({ memory, types, registersAt }: FaultSource): { readonly code: number; readonly length: number } | undefined {
  const recorded = registersAt === undefined ? undefined : memory.u32(placeIn(types, registersAt)('int_code'));
  if (recorded === undefined) return undefined;
  // An instruction length is recorded with every program interruption; without one the word is of something else.
  const length = (recorded >>> 16) & 7;
  return [2, 4, 6].includes(length) ? { code: recorded & codeMask, length } : undefined;
}

export function s390xFault(source: FaultSource): Fault | undefined {
  const code = faultCode(source)?.code;
  const fault = code === undefined ? undefined : faultOf(source, code);
  return fault === undefined || code === undefined ? undefined : { ...fault, code };
}

function faultOf({ memory, types, registersAt, instruction }: FaultSource, code: number): Fault | undefined {
  if (registersAt === undefined) return undefined;
  const place = placeIn(types, registersAt);
  const teid = memory.u64(place('int_parm_long'));
  if (teid === undefined) return undefined;
  const where = { start: place('int_code'), bytes: 16 };
  const text = `program-interruption code ${hex(BigInt(code))} in pt_regs at ${hex(registersAt)}`;
  const isCall = instruction < lowcoreEnd;
  if (code === codes.monitor) return { kind: 'bug', detail: `${text}: a monitor call`, where };
  if (code === codes.privileged) return { kind: 'privileged-operation', detail: text, where };
  if (isArithmetic(code)) return { kind: 'data-exception', detail: text, where };
  const executed = { kind: 'access', address: instruction, isPage: false, access: 'execute', isRefused: false } as const;
  // The lowcore can be read and, in kernels of before 6.x, executed: what lies at 0 is not an instruction.
  if (code === codes.operation) {
    if (isCall) return { ...executed, isNull: true, detail: `${text}, at ${hex(instruction)}`, where };
    return { kind: 'illegal-operation', detail: text, where };
  }
  if (code === codes.specification) {
    if ((instruction & 1n) !== 0n || isCall)
      return { ...executed, isNull: isCall, detail: `${text}, at ${hex(instruction)}, which is not an address of code`, where };
    return { kind: 'illegal-operation', detail: text, where };
  }
  if (code !== codes.protection && code !== codes.addressing && !isTranslation(code)) return undefined;
  // Without bit 61 of the TEID a protection exception has no address: low-address protection, which guards the lowcore alone.
  const isLow = code === codes.protection && (teid & 4n) === 0n;
  const failing = code === codes.addressing ? undefined : teid & addressMask;
  const isExecuted = instruction === failing || (failing !== undefined && (instruction & addressMask) === failing);
  const isNull = isLow || (failing !== undefined && failing < nullLimit);
  return {
    kind: 'access',
    address: isLow ? undefined : isExecuted ? instruction : failing,
    isPage: !isLow && !isExecuted,
    access: isExecuted ? 'execute' : accessOf(teid),
    isRefused: code === codes.protection && !isLow,
    isNull,
    detail: `${text}, TEID ${hex(teid)}${isLow ? ': low-address protection' : ''}`,
    where,
  };
}
