/** Lowcore layouts, one for each column of the table; nothing here knows an offset. */
import { struct, type AnyField, type Fields, type StructLayout } from '../../../layout/struct.ts';
import { lowcoreSize } from '../save-area.ts';
import { architectedRows, linuxRows, lowcoreKernels, saveAreaRows, type FieldGroup, type LowcoreKernel, type LowcoreRow } from './fields.ts';

const groups: readonly (readonly [FieldGroup, readonly LowcoreRow[]])[] = [
  ['architected', architectedRows],
  ['linux', linuxRows],
  ['save area', saveAreaRows],
];

/** Kernels whose layout was read in real dumps and compared with crash and the kernel's debug information. */
export const provenLowcores: ReadonlySet<LowcoreKernel> = new Set(['6.1', '6.12']);

/** Offset of a row in a kernel's layout, undefined where that kernel has no such field. */
const offsetIn = (row: LowcoreRow, kernel: LowcoreKernel): number | undefined => (typeof row[2] === 'number' ? row[2] : row[2][lowcoreKernels.indexOf(kernel)]);

function layoutOf(kernel: LowcoreKernel): StructLayout<Fields> {
  const found: (readonly [string, AnyField])[] = [];
  for (const [, rows] of groups) {
    for (const row of rows) {
      const at = offsetIn(row, kernel);
      if (at !== undefined) found.push([row[0], row[1](at, row[3])]);
    }
  }
  found.sort(([, a], [, b]) => a.offset - b.offset);
  const trust = provenLowcores.has(kernel) ? 'Proven on real dumps.' : 'Unproven on a real dump.';
  return struct(
    `lowcore (${kernel})`,
    { endian: 'big', size: lowcoreSize, doc: `Linux ${kernel}, at the prefix of a CPU. ${trust} Source: lowcore.md sections 2 and 3.` },
    Object.fromEntries(found),
  );
}

/** Every known layout, oldest kernel first. */
export const lowcoreLayouts = Object.fromEntries(lowcoreKernels.map((kernel) => [kernel, layoutOf(kernel)])) as Readonly<
  Record<LowcoreKernel, StructLayout<Fields>>
>;

const groupOf = new Map(groups.flatMap(([group, rows]) => rows.map(([name]) => [name, group] as const)));

/** Who defines a field, by its name with or without an index behind it. */
export const lowcoreFieldGroup = (name: string): FieldGroup => groupOf.get(/^\w+/.exec(name)?.[0] ?? '') ?? 'linux';

/** Offset of a field in a layout; undefined where that kernel has none. */
export const lowcoreOffset = (kernel: LowcoreKernel, name: string): number | undefined => lowcoreLayouts[kernel].fields[name]?.offset;

/** Reads one field of 4 or 8 bytes; undefined where the layout or the bytes do not have it. */
export function lowcoreValue(kernel: LowcoreKernel, lowcore: Uint8Array, name: string): bigint | undefined {
  const field = lowcoreLayouts[kernel].fields[name];
  if (field === undefined || (field.size !== 4 && field.size !== 8) || field.offset + field.size > lowcore.length) return undefined;
  const view = new DataView(lowcore.buffer, lowcore.byteOffset, lowcore.byteLength);
  return field.size === 4 ? BigInt(view.getUint32(field.offset)) : view.getBigUint64(field.offset);
}

/** The name of a layout as a person writes it; undefined when there is none. */
export const asLowcoreKernel = (name: string): LowcoreKernel | undefined => lowcoreKernels.find((kernel) => kernel === name);
