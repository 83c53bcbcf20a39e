/** Kinds of lowcore fields: what makes a field of the table at an offset. */
import { defined } from '../../../../shared/defined.ts';
import { hex } from '../../../../shared/units.ts';
import { u16, u32, u64, u8, type Presentation, type ScalarField } from '../../../layout/field.ts';
import { list, type AnyField } from '../../../layout/struct.ts';
import { asceText } from '../asce.ts';
import { binary64 } from '../floating-point.ts';
import { pswText } from '../psw.ts';
import { clockComparatorText, cpuTimerText, durationText, todToIso } from '../tod-clock.ts';
import { facilityNames } from './facilities.ts';
import type { FieldMaker } from './field-maker.ts';
import { describeMcic, describeTeid } from './meanings.ts';

const hexText = (text: (value: number) => string | undefined): Presentation<number> => ({ json: hex, text });

const wide = (view: DataView, at: number): bigint => (view.getBigUint64(at) << 64n) | view.getBigUint64(at + 8);

/** A field of 16 bytes, in JSON one number of 128 bits. */
function wideField(type: string, offset: number, doc: string, text?: (value: bigint) => string | undefined): ScalarField<bigint> {
  return { kind: 'scalar', type, offset, size: 16, doc, presentation: defined({ text }), read: wide, json: hex };
}

export const plain32: FieldMaker = (offset, doc) => u32(offset, doc, { json: hex });
export const plain64: FieldMaker = (offset, doc) => u64(offset, doc);
export const byte =
  (presentation: Presentation<number> = {}): FieldMaker =>
  (offset, doc) =>
    u8(offset, doc, presentation);
export const half =
  (presentation: Presentation<number> = {}): FieldMaker =>
  (offset, doc) =>
    u16(offset, doc, presentation);
export const word =
  (presentation: Presentation<number> = {}): FieldMaker =>
  (offset, doc) =>
    u32(offset, doc, presentation);

/** Mask and address; its text says what the PSW is. */
export const psw: FieldMaker = (offset, doc) =>
  wideField('psw', offset, doc, (value) => pswText({ mask: value >> 64n, address: value & 0xffff_ffff_ffff_ffffn }));

function typed(field: ScalarField<bigint> | ScalarField<number>, type: string): AnyField {
  return { ...field, type } as AnyField;
}
const none = (value: bigint | number): string | undefined => (value === 0n || value === 0 ? 'none' : undefined);

/** Absolute address in 4 or 8 bytes; `flags` are low bits that are not part of it. */
export const absolute =
  (size: 4 | 8, flags = 0n): FieldMaker =>
  (offset, doc) =>
    typed(
      size === 4
        ? u32(offset, doc, { json: hex, text: none })
        : u64(offset, doc, {
            text: (value) =>
              none(value) ?? (flags === 0n || (value & flags) === 0n ? undefined : `at ${hex(value & ~flags)}, ${2 ** Number(value & 0xfn)} bytes`),
          }),
      'absolute pointer',
    );
export const kernelPointer: FieldMaker = (offset, doc) => typed(u64(offset, doc, { text: none }), 'kernel pointer');
/** Stacks that are used without DAT: always physical (lowcore.md section 3). */
export const realPointer: FieldMaker = (offset, doc) => typed(u64(offset, doc, { text: none }), 'absolute pointer');

export const asce: FieldMaker = (offset, doc) => typed(u64(offset, doc, { text: (value) => (value === 0n ? undefined : asceText(value)) }), 'asce');
export const teid: FieldMaker = (offset, doc) => typed(u64(offset, doc, { text: describeTeid }), 'translation-exception id');
export const mcic: FieldMaker = (offset, doc) => u64(offset, doc, { text: describeMcic });
export const cpuTimer: FieldMaker = (offset, doc) => u64(offset, doc, { text: cpuTimerText });
/** Between two accountings Linux keeps differences in some of these, which are not durations: only small values are recognised as such. */
const believableDuration = 1n << 60n;
export const duration: FieldMaker = (offset, doc) =>
  u64(offset, doc, { text: (value) => (value === 0n || value >= believableDuration ? undefined : durationText(value)) });
export const tod: FieldMaker = (offset, doc) => u64(offset, doc, { text: todToIso });
export const comparator: FieldMaker = (offset, doc) => u64(offset, doc, { text: (value) => clockComparatorText(value, undefined) });
/** Alone it cannot be determined which of two encodings it has; the view of a whole lowcore can, by `clock_comparator`. */
export const savedComparator: FieldMaker = (offset, doc) => u64(offset, doc, { text: (value) => clockComparatorText(value, undefined) });
/** STORE CLOCK EXTENDED: epoch index, then the 64 bits of the TOD clock (Principles of Operation, chapter 4; asm/timex.h). */
export const extendedTod: FieldMaker = (offset, doc) => wideField('extended TOD', offset, doc, (value) => todToIso((value >> 56n) & 0xffff_ffff_ffff_ffffn));

export const registers32 =
  (count: number): FieldMaker =>
  (offset, doc) =>
    list(offset, count, u32(0, '', { json: hex }), doc);
export const registers64 =
  (count: number): FieldMaker =>
  (offset, doc) =>
    list(offset, count, u64(0), doc);
export const floating: FieldMaker = (offset, doc) => list(offset, 16, u64(0, '', { text: binary64 }), doc);
export const vectors: FieldMaker = (offset, doc) => list(offset, 32, wideField('u128', 0, ''), doc);

/** 32 facility bits. */
export const stfl: FieldMaker = (offset, doc) =>
  u32(
    offset,
    doc,
    hexText((value) => facilityNames(BigInt(value), 32, 0).join(', ') || undefined),
  );
/** `count` pieces of 64 facility bits; each piece is a field of its own type, since its bits start at another number. */
export const stfle =
  (count: number): FieldMaker =>
  (offset, doc) => {
    const read = (view: DataView, at: number): bigint => view.getBigUint64(at);
    const pieces = Array.from({ length: count }, (_, index): ScalarField<bigint> => ({
      kind: 'scalar',
      type: 'facility bits',
      offset: 8 * index,
      size: 8,
      doc: `facility bits ${64 * index} to ${64 * index + 63}`,
      presentation: { text: (value) => facilityNames(value, 64, 64 * index).join(', ') || undefined },
      read,
      json: hex,
    }));
    const fields = Object.fromEntries(pieces.map((piece, index) => [`bits_${64 * index}`, piece]));
    return {
      kind: 'nested',
      offset,
      size: 8 * count,
      doc,
      layout: { name: `facility list of ${64 * count} bits`, endian: 'big', size: 8 * count, doc: 'Source: lowcore.md section 3.', fields },
    };
  };

/** Subsystem identification word, first half (struct subchannel_id in arch/s390/include/uapi/asm/schid.h): cssid, m, ssid, one. */
export const subsystem: FieldMaker = (offset, doc) =>
  u16(
    offset,
    doc,
    hexText((value) => (value === 0 ? undefined : `cssid ${value >> 8}, ssid ${(value >> 1) & 3}`)),
  );
/** struct tpi_info in arch/s390/include/asm/tpi.h: bit 0 adapter interruption, bits 2 to 4 subclass. */
export const ioWord: FieldMaker = (offset, doc) =>
  u32(
    offset,
    doc,
    hexText((value) => (value === 0 ? undefined : `${value >>> 31 === 1 ? 'adapter interruption, ' : ''}subclass ${(value >>> 27) & 7}`)),
  );
export const preemptCount: FieldMaker = (offset, doc) =>
  u32(
    offset,
    doc,
    hexText((value) => `count ${value & 0x7fff_ffff}${value >>> 31 === 0 ? ', reschedule needed' : ''}`),
  );
