/** Functions that print formats call (include/trace/stages/stage3_trace_output.h, kernel/trace/trace_output.c, 6.1 and 6.12). */
import type { EventField } from './event-formats.ts';
import { fieldInteger, fieldText, type TraceEvent } from './trace-events.ts';

/** Bytes are those of an array in the event. */
export type PrintValue = bigint | string | Uint8Array;

export const isNumber = (value: PrintValue | undefined): value is bigint => typeof value === 'bigint';

/** Where an array of any length lies in an event: its field holds the length and the offset, which for __rel_loc counts from the end of the field. */
export function dynamicPlace(event: TraceEvent, field: EventField): { readonly offset: number; readonly length: number } | undefined {
  const value = fieldInteger(event, { ...field, isSigned: false, size: 4 });
  if (value === undefined) return undefined;
  const offset = Number(value & 0xffffn) + (field.type.startsWith('__rel_loc') ? field.offset + 4 : 0);
  const length = Number(value >> 16n);
  return offset + length > event.data.byteLength ? undefined : { offset, length };
}

export function dynamicBytes(event: TraceEvent, field: EventField): Uint8Array | undefined {
  const place = dynamicPlace(event, field);
  return place === undefined ? undefined : new Uint8Array(event.data.buffer, event.data.byteOffset + place.offset, place.length);
}

export function dynamicText(event: TraceEvent, field: EventField): string | undefined {
  const place = dynamicPlace(event, field);
  return place === undefined ? undefined : fieldText(event, place.offset, place.length);
}

type Pair = readonly [mask: bigint, name: string];

/** Names of the flags that are set, and the rest of them as a number. */
export function flagsText(value: bigint, delimiter: string, pairs: readonly Pair[]): string {
  let rest = BigInt.asUintN(64, value);
  const found: string[] = [];
  for (const [given, name] of pairs) {
    const mask = BigInt.asUintN(64, given);
    if (rest === 0n) break;
    if ((rest & mask) !== mask) continue;
    found.push(name);
    rest &= ~mask;
  }
  return [...found, ...(rest === 0n ? [] : [`0x${rest.toString(16)}`])].join(delimiter);
}

export const symbolicText = (value: bigint, pairs: readonly Pair[]): string =>
  pairs.find(([one]) => BigInt.asUintN(64, one) === BigInt.asUintN(64, value))?.[1] ?? `0x${BigInt.asUintN(64, value).toString(16)}`;

export const hexText = (bytes: Uint8Array, length: bigint, delimiter: string): string =>
  Array.from(bytes.subarray(0, Number(BigInt.asUintN(16, length))), (byte) => byte.toString(16).padStart(2, '0')).join(delimiter);

export function arrayText(bytes: Uint8Array, count: bigint, size: bigint, isLittle: boolean): string | undefined {
  const width = Number(size);
  if (![1, 2, 4, 8].includes(width)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = Array.from({ length: Math.min(Number(BigInt.asUintN(16, count)), Math.floor(bytes.byteLength / width)) }, (_, at) =>
    width === 8
      ? view.getBigUint64(at * 8, isLittle)
      : width === 4
        ? view.getUint32(at * 4, isLittle)
        : width === 2
          ? view.getUint16(at * 2, isLittle)
          : view.getUint8(at),
  );
  return `{${values.map((value) => `0x${value.toString(16)}`).join(',')}}`;
}
