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

const made = new Map<LowcoreKernel, StructLayout<Fields>>();

/** Layout of a kernel; each is made when it is first needed, as most dumps need one or two of them. */
export function lowcoreLayout(kernel: LowcoreKernel): StructLayout<Fields> {
  const layout = made.get(kernel) ?? layoutOf(kernel);
  made.set(kernel, layout);
  return layout;
}

const groupOf = new Map(groups.flatMap(([group, rows]) => rows.map(([name]) => [name, group] as const)));

/** Who defines a field, by its name with or without an index after it. */
export const lowcoreFieldGroup = (name: string): FieldGroup => groupOf.get(/^\w+/.exec(name)?.[0] ?? '') ?? 'linux';

/** Some fields have a row for each of the forms that they had. */
const rowsOf = new Map<string, LowcoreRow[]>();
for (const row of groups.flatMap(([, rows]) => rows)) rowsOf.set(row[0], [...(rowsOf.get(row[0]) ?? []), row]);

function namedField(kernel: LowcoreKernel, name: string): AnyField | undefined {
  let field: AnyField | undefined;
  for (const row of rowsOf.get(name) ?? []) {
    const at = offsetIn(row, kernel);
    if (at !== undefined && at >= (field?.offset ?? 0)) field = row[1](at, row[3]);
  }
  return field;
}

const fields = new Map<LowcoreKernel, Map<string, AnyField | undefined>>();

/** A field of a layout by itself: to identify a CPU takes three of them in every layout, and no layout as a whole. Kept, as a system may have 512 CPUs. */
function fieldOf(kernel: LowcoreKernel, name: string): AnyField | undefined {
  let known = fields.get(kernel);
  if (known === undefined) fields.set(kernel, (known = new Map<string, AnyField | undefined>()));
  if (!known.has(name)) known.set(name, namedField(kernel, name));
  return known.get(name);
}

/** Offset of a field in a layout; undefined where that kernel has none. */
export const lowcoreOffset = (kernel: LowcoreKernel, name: string): number | undefined => fieldOf(kernel, name)?.offset;

/** Reads one field of 4 or 8 bytes; undefined where the layout or the bytes do not have it. */
export function lowcoreValue(kernel: LowcoreKernel, lowcore: Uint8Array, name: string): bigint | undefined {
  const field = fieldOf(kernel, name);
  if (field === undefined || (field.size !== 4 && field.size !== 8) || field.offset + field.size > lowcore.length) return undefined;
  const view = new DataView(lowcore.buffer, lowcore.byteOffset, lowcore.byteLength);
  return field.size === 4 ? BigInt(view.getUint32(field.offset)) : view.getBigUint64(field.offset);
}

/** The name of a layout as a person writes it; undefined when there is none. */
export const asLowcoreKernel = (name: string): LowcoreKernel | undefined => lowcoreKernels.find((kernel) => kernel === name);
