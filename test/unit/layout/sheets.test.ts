/** The tables of the sheets in docs/formats say what the layouts say: offsets and sizes, field by field. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { referencedLayouts } from '../../../scripts/reference.ts';

interface SheetTable {
  readonly sheet: string;
  /** Line of the heading or sentence after which the table begins. */
  readonly after: string;
  /** Header cells of the columns with name, offset and size. */
  readonly columns: readonly [name: string, offset: string, size: string];
  /** Which of several sizes, "8 / 4", belongs to the layout. */
  readonly size?: number;
  readonly layout: string;
  /** Sheet's name of a field -> the layout's, where they differ; "" for what the layout leaves out. */
  readonly names?: Readonly<Record<string, string>>;
}

const utsname = Object.fromEntries(['sysname', 'nodename', 'release', 'version', 'machine', 'domainname'].map((name) => [`utsname.${name}`, name]));
const diskdump = { ...utsname, 'timestamp.tv_sec': 'tv_sec', 'timestamp.tv_usec': 'tv_usec', '(pad)': '', 'tasks[]': '' };

const tables: readonly SheetTable[] = [
  { sheet: 's390-dump', after: '## 1. ', columns: ['Field', 'Offset', 'Size'], layout: 'df_s390_hdr', names: { 'lc_vec[512]': 'lc_vec' } },
  { sheet: 's390-dump', after: '## 3. ', columns: ['Field', 'Offset', 'Size'], layout: 'df_s390_em', names: { 'magic/str': 'magic' } },
  { sheet: 'dumpcase', after: 'The header of a member:', columns: ['Field', 'Offset', 'Size'], layout: 'dumpcase_member' },
  {
    sheet: 's390-dump',
    after: '### s390_ext (single volume)',
    columns: ['Field of df_s390_dump_segm_hdr', 'Offset', 'Size'],
    layout: 'df_s390_dump_segm_hdr',
    names: { reserved: '', 'entry_offset[]': '' },
  },
  { sheet: 'meminfo', after: '## 3. ', columns: ['Field', 'Offset', 'Size'], layout: 'os_info', names: { 'entry[]': '', 'reserved[]': '' } },
  {
    sheet: 'meminfo',
    after: '### Entry (20 bytes',
    columns: ['Field', 'Offset in entry', 'Size'],
    layout: 'os_info_entry',
    names: { 'addr / val (union)': 'addr' },
  },
  { sheet: 'purgatory', after: '## 2. ', columns: ['Field', 'Offset', 'Size'], layout: 'kexec_sha_region' },
  { sheet: 'kdump-compressed', after: '## 2. ', columns: ['Field', '64-bit offset', 'Size'], size: 0, layout: 'disk_dump_header (64-bit)', names: diskdump },
  { sheet: 'kdump-compressed', after: '## 2. ', columns: ['Field', '32-bit offset', 'Size'], size: 1, layout: 'disk_dump_header (32-bit)', names: diskdump },
  ...(
    [
      ['64-bit', 0, '64-bit'],
      ['32-bit, 64-bit items 8-aligned (ARM)', 1, '32-bit, aligned'],
      ['32-bit packed (i386)', 1, '32-bit, packed'],
    ] as const
  ).map(([column, size, name]) => ({
    sheet: 'kdump-compressed',
    after: '## 3. ',
    columns: ['Field', column, 'Size (64/32)'] as const,
    size,
    layout: `kdump_sub_header (${name})`,
    names: { total: '' },
  })),
  { sheet: 'kdump-compressed', after: '## 5. ', columns: ['Field', 'Offset', 'Size'], layout: 'page_desc' },
];

const cellsOf = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.replaceAll(/[`*]/g, '').trim());

/** Offset and size of each field as a sheet's table has them. */
function statedBy({ sheet, after, columns, size = 0, names = {} }: SheetTable, text: string): Map<string, string> {
  const from = text.indexOf(`\n${after}`);
  expect(from, `${sheet}.md has "${after}"`).toBeGreaterThan(-1);
  const lines = text.slice(from).split('\n');
  const header = lines.findIndex((line) => line.startsWith('|') && columns.every((column) => cellsOf(line).includes(column)));
  expect(header, `${sheet}.md: a table with the columns ${columns.join(', ')}`).toBeGreaterThan(-1);
  const [nameAt, offsetAt, sizeAt] = columns.map((column) => cellsOf(lines[header] ?? '').indexOf(column));
  const rows = lines.slice(header + 2);
  const end = rows.findIndex((line) => !line.startsWith('|'));
  const stated = new Map<string, string>();
  for (const cells of rows.slice(0, end).map(cellsOf)) {
    const given = cells[nameAt ?? 0] ?? '';
    const name = names[given] ?? given;
    if (name === '') continue;
    const sizes = (cells[sizeAt ?? 0] ?? '').replace(' each', '').split('/');
    stated.set(name, `${Number(cells[offsetAt ?? 0])}+${Number(sizes[size] ?? sizes[0])}`);
  }
  return stated;
}

/** The same of a layout; a list has the size of its elements, as in the sheets. */
function declared(name: string): Map<string, string> {
  const layout = referencedLayouts.find((one) => one.name === name);
  expect(layout, name).toBeDefined();
  return new Map(Object.entries(layout?.fields ?? {}).map(([key, field]) => [key, `${field.offset}+${field.kind === 'list' ? field.stride : field.size}`]));
}

const read = (sheet: string): string => readFileSync(new URL(`../../../docs/formats/${sheet}.md`, import.meta.url), 'utf8');

const disagreements = (stated: ReadonlyMap<string, string>, layout: ReadonlyMap<string, string>): string[] =>
  [...stated].flatMap(([name, place]) => (layout.get(name) === place ? [] : [`${name}: the sheet says ${place}, the layout ${layout.get(name) ?? 'nothing'}`]));

describe('the tables of the sheets', () => {
  it.each(tables.map((table) => [table.layout, table] as const))('%s', (name, table) => {
    const text = read(table.sheet);
    const stated = statedBy(table, text);
    expect(stated.size).toBeGreaterThan(1);
    expect(disagreements(stated, declared(name))).toEqual([]);
    const missing = [...declared(name).keys()].filter((field) => !stated.has(field) && !Object.hasOwn(table.names ?? {}, `${field}[]`));
    expect(missing).toEqual([]);
    // A field elsewhere, or of another size, is noticed.
    for (const [field, place] of stated) expect(disagreements(new Map([[field, `${place}0`]]), declared(name))).toHaveLength(1);
  });
});
