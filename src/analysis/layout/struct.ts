/**
 * The struct declaration. One table, held against its sheet, gives parsing, the links between bytes and fields, text,
 * differences and the reference page. Offsets of a structure are nowhere else.
 */
import { defined } from '../../shared/defined.ts';
import { DumpError, type ErrorPlace } from '../../shared/dump-error.ts';
import type { FieldJson } from '../../shared/structure-model.ts';
import type { Endian, ScalarField } from './field.ts';

export interface NestedField<V> {
  readonly kind: 'nested';
  readonly offset: number;
  readonly size: number;
  readonly doc: string;
  readonly layout: StructLayout<Fields>;
  /** Never set: carries the type of the parsed value. */
  readonly value?: V;
}

export interface ListField<V> {
  readonly kind: 'list';
  readonly offset: number;
  readonly size: number;
  readonly doc: string;
  readonly count: number;
  readonly stride: number;
  readonly element: AnyField;
  readonly value?: readonly V[];
}

// The variance of read/json makes ScalarField<unknown> useless as a bound.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyField = ScalarField<any> | NestedField<unknown> | ListField<unknown>;
export type Fields = Readonly<Record<string, AnyField>>;

export type FieldValue<F> = F extends ScalarField<infer T> ? T : F extends NestedField<infer V> ? V : F extends ListField<infer V> ? readonly V[] : never;
export type Values<F extends Fields> = { readonly [K in keyof F]: FieldValue<F[K]> };

export interface StructOptions {
  /** Byte order of the structure; 'given' when it follows the machine and each parse names it. */
  readonly endian: Endian | 'given';
  /** Bytes that the structure takes. */
  readonly size: number;
  /** One line for the reference page, with the source of the offsets. */
  readonly doc?: string;
}

export interface StructLayout<F extends Fields> {
  readonly name: string;
  readonly endian: Endian | 'given';
  readonly size: number;
  readonly doc: string;
  readonly fields: F;
}

export interface ParseOptions {
  /** Needed when the layout's byte order is 'given'. */
  readonly endian?: Endian;
  /** Where the bytes are, for the error message. */
  readonly where?: ErrorPlace;
}

/** Bytes of which some are not in the dump: offsets of the missing ones, half open. */
export interface PartialBytes {
  readonly bytes: Uint8Array;
  readonly absent: readonly { readonly start: number; readonly end: number }[];
}

/** One field of a decoded structure: the leaf that a door shows and that a byte belongs to. */
export interface FieldView extends FieldJson {
  readonly doc: string;
}

export interface StructView {
  readonly name: string;
  /** Where its first byte lies, if anywhere. */
  readonly where?: { readonly fileOffset: number } | { readonly address: bigint };
  readonly size: number;
  readonly fields: readonly FieldView[];
}

function fieldEnd(field: AnyField): number {
  return field.offset + field.size;
}

/** Declares a structure. Throws when a field leaves it: a mistake of ours, found at start. */
export function struct<F extends Fields>(name: string, options: StructOptions, fields: F): StructLayout<F> {
  for (const [key, field] of Object.entries(fields)) {
    if (fieldEnd(field) > options.size) throw new Error(`${name}.${key} ends at ${fieldEnd(field)}, past the structure's ${options.size} bytes`);
  }
  return { name, endian: options.endian, size: options.size, doc: options.doc ?? '', fields };
}

/** A structure inside a structure. */
export function nested<F extends Fields>(offset: number, layout: StructLayout<F>, doc = ''): NestedField<Values<F>> {
  return { kind: 'nested', offset, size: layout.size, doc, layout: layout };
}

/** `count` equal elements, each `stride` bytes after the one before (default: packed). The element's own offset is 0. */
export function list<E extends AnyField>(offset: number, count: number, element: E, doc = '', stride = element.size): ListField<FieldValue<E>> {
  return { kind: 'list', offset, size: count * stride, doc, count, stride, element };
}

function byteOrder(layout: { name: string; endian: Endian | 'given' }, given: Endian | undefined): Endian {
  if (layout.endian !== 'given') return layout.endian;
  if (given === undefined) throw new Error(`${layout.name}: byte order not given`);
  return given;
}

function readField(field: AnyField, view: DataView, base: number, endian: Endian): unknown {
  switch (field.kind) {
    case 'scalar':
      return field.read(view, base + field.offset, endian) as unknown;
    case 'nested':
      return readFields(field.layout, view, base + field.offset, byteOrder(field.layout, endian));
    case 'list':
      return Array.from({ length: field.count }, (_, index) => readField(field.element, view, base + field.offset + index * field.stride, endian));
  }
}

function readFields(layout: StructLayout<Fields>, view: DataView, base: number, endian: Endian): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(layout.fields)) values[name] = readField(field, view, base, endian);
  return values;
}

function wholeView(layout: StructLayout<Fields>, data: Uint8Array, options: ParseOptions): DataView {
  if (data.length < layout.size) {
    throw new DumpError('truncated', options.where ?? {}, `${layout.name} is cut off after ${data.length} bytes`, `${layout.size} bytes`);
  }
  return new DataView(data.buffer, data.byteOffset, data.byteLength);
}

/**
 * All values of a structure.
 * @throws DumpError truncated when there are fewer bytes than the structure takes
 */
export function parse<F extends Fields>(layout: StructLayout<F>, data: Uint8Array, options: ParseOptions = {}): Values<F> {
  return readFields(layout, wholeView(layout, data, options), 0, byteOrder(layout, options.endian)) as Values<F>;
}

/** Values of some fields of a structure, where the others are long or not asked for. @throws DumpError as `parse` */
export function parseSome<F extends Fields, K extends keyof F & string>(
  layout: StructLayout<F>,
  data: Uint8Array,
  names: readonly K[],
  options: ParseOptions = {},
): Pick<Values<F>, K> {
  const view = wholeView(layout, data, options);
  const endian = byteOrder(layout, options.endian);
  const values: Record<string, unknown> = {};
  for (const name of names) {
    const field = layout.fields[name];
    if (field !== undefined) values[name] = readField(field, view, 0, endian);
  }
  return values as Pick<Values<F>, K>;
}

/** A leaf field with its full path ("entry[3].addr") and its place in the outermost structure. */
interface Leaf {
  readonly path: string;
  readonly offset: number;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly field: ScalarField<any>;
  readonly doc: string;
  /** Byte order of its own structure; undefined: that of the outermost one. */
  readonly endian: Endian | undefined;
}

function* leavesOf(field: AnyField, path: string, base: number, doc: string, endian: Endian | undefined): Generator<Leaf> {
  const at = base + field.offset;
  switch (field.kind) {
    case 'scalar':
      yield { path, offset: at, field, doc: field.doc === '' ? doc : field.doc, endian };
      return;
    case 'nested':
      for (const [name, inner] of Object.entries(field.layout.fields)) {
        yield* leavesOf(inner, `${path}.${name}`, at, inner.doc === '' ? field.doc : inner.doc, field.layout.endian === 'given' ? endian : field.layout.endian);
      }
      return;
    case 'list':
      for (let index = 0; index < field.count; index += 1) {
        yield* leavesOf(field.element, `${path}[${index}]`, at + index * field.stride, field.doc === '' ? doc : field.doc, endian);
      }
  }
}

/** Every scalar of a structure, in the order of the table. */
export function* leaves<F extends Fields>(layout: StructLayout<F>): Generator<Leaf> {
  for (const [name, field] of Object.entries(layout.fields)) yield* leavesOf(field, name, 0, field.doc, undefined);
}

/** Decodes what is there: a field any of whose bytes are absent has no value. `where` is kept for the links to bytes. */
export function view<F extends Fields>(
  layout: StructLayout<F>,
  data: Uint8Array | PartialBytes,
  options: { readonly endian?: Endian; readonly where?: StructView['where'] } = {},
): StructView {
  const partial = data instanceof Uint8Array ? { bytes: data, absent: [] } : data;
  const endian = byteOrder(layout, options.endian);
  const dataView = new DataView(partial.bytes.buffer, partial.bytes.byteOffset, partial.bytes.byteLength);
  const fields = Array.from(leaves(layout), (leaf): FieldView => {
    const end = leaf.offset + leaf.field.size;
    const known = end <= partial.bytes.length && !partial.absent.some((gap) => gap.start < end && leaf.offset < gap.end);
    const place = { name: leaf.path, offset: leaf.offset, size: leaf.field.size, doc: leaf.doc };
    if (!known) return place;
    const order = leaf.endian ?? endian;
    const value: unknown = leaf.field.read(dataView, leaf.offset, order);
    const meaning = leaf.field.presentation.text?.(value, order);
    return { ...place, value: leaf.field.json(value), ...defined({ text: meaning }) };
  });
  return { name: layout.name, size: layout.size, fields, ...defined({ where: options.where }) };
}

/** The fields that a byte belongs to: more than one where a table declares overlays. */
export function fieldsAt(decoded: StructView, offset: number): readonly FieldView[] {
  return decoded.fields.filter((field) => offset >= field.offset && offset < field.offset + field.size);
}

export interface FieldDifference {
  readonly field: string;
  readonly left?: string | number;
  readonly right?: string | number;
}

/** Fields whose values differ, among them those that only one side has. */
export function diff(left: StructView, right: StructView): readonly FieldDifference[] {
  const others = new Map(right.fields.map((field) => [field.name, field]));
  const names = [
    ...left.fields.map((field) => field.name),
    ...right.fields.map((field) => field.name).filter((name) => !left.fields.some((one) => one.name === name)),
  ];
  const here = new Map(left.fields.map((field) => [field.name, field]));
  return names.flatMap((field): FieldDifference[] => {
    const leftValue = here.get(field)?.value;
    const rightValue = others.get(field)?.value;
    if (leftValue === rightValue) return [];
    return [{ field, ...defined({ left: leftValue, right: rightValue }) }];
  });
}
