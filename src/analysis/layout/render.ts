/** Text of a decoded structure and the reference page of a layout: both follow from the table. */
import type { AnyField, Fields, StructLayout, StructView } from './struct.ts';

const offsetText = (offset: number): string => `0x${offset.toString(16).padStart(3, '0')}`;

/** One line a field: offset, name, value, meaning. Absent values read "(not in the dump)". */
export function renderText(decoded: StructView): string {
  const width = decoded.fields.reduce((most, { name }) => Math.max(most, name.length), 4);
  return decoded.fields
    .map((field) => {
      const value = field.value === undefined ? '(not in the dump)' : String(field.value);
      return `${offsetText(field.offset)}  ${field.name.padEnd(width)}  ${value}${field.text === undefined ? '' : `  ${field.text}`}`;
    })
    .join('\n');
}

const typeOf = (field: AnyField): string => {
  switch (field.kind) {
    case 'scalar':
      return field.type;
    case 'nested':
      return field.layout.name;
    case 'list':
      return `${typeOf(field.element)} × ${field.count}`;
  }
};

const cell = (content: string): string => content.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** Markdown reference of a layout, generated so that it cannot differ from what the parser does. */
export function renderReference(layout: StructLayout<Fields>): string {
  const rows = Object.entries(layout.fields).map(
    ([name, field]) => `| ${offsetText(field.offset)} | ${field.size} | \`${name}\` | ${typeOf(field)} | ${cell(field.doc)} |`,
  );
  const order = layout.endian === 'given' ? 'byte order of the machine' : `${layout.endian} endian`;
  return [
    `## ${layout.name}`,
    '',
    `${layout.size} bytes, ${order}.${layout.doc === '' ? '' : ` ${layout.doc}`}`,
    '',
    '| offset | size | field | type | meaning |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
