/**
 * The tables of an index, declared once: the DDL, the names that the SQL view completes and the reference page come from
 * here. Names that scripts may rely on are marked `stable`; the others may change with the schema version.
 */
import { defined } from '../../shared/defined.ts';
import { pageClasses, pageStates } from '../../shared/model.ts';
import { emptyCounters, type Counters } from './page-meta.ts';

/** Rows of `first_extent` at most. */
export const mostExtents = 65_536;

/** Raised by any change of the tables: an index of another version is rebuilt. */
export const indexSchemaVersion = 6;
/** SQLite's application id: "DmpB". Says that a file is an index of ours before any table is read. */
export const indexApplicationId = 0x446d7042;

export interface SqlColumn {
  readonly name: string;
  /** SQLite type with constraints; empty for columns of table functions. */
  readonly type: string;
  readonly about: string;
}
export interface SqlTable {
  readonly name: string;
  readonly kind: 'table' | 'function';
  /** Arguments of a table function, in order. */
  readonly parameters?: readonly string[];
  readonly stable: boolean;
  readonly about: string;
  readonly columns: readonly SqlColumn[];
  /** Table constraints after the columns. */
  readonly constraints?: string;
}

const column = (name: string, type: string, about: string): SqlColumn => ({ name, type, about });
const table = (
  name: string,
  about: string,
  columns: readonly SqlColumn[],
  options: { readonly stable?: boolean; readonly constraints?: string } = {},
): SqlTable => ({
  name,
  kind: 'table',
  stable: options.stable ?? true,
  about,
  columns,
  ...defined({ constraints: options.constraints }),
});

const pageColumns: readonly SqlColumn[] = [
  column('pfn', '', 'page frame number: absolute address / 4096'),
  column('address', '', 'absolute address of the first byte'),
  column('state', '', pageStates.join(', ')),
  column('class', '', `${pageClasses.join(', ')}; NULL for pages without bytes`),
  column('fingerprint', '', '16 hex digits; NULL for pages without bytes; 0000000000000000 for zero pages'),
  column('file_offset', '', 'offset in the dump file if the page is stored there as plain bytes, else NULL'),
];
const pageFunction = (name: string, parameters: readonly string[], about: string): SqlTable => ({
  name,
  kind: 'function',
  ...(parameters.length === 0 ? {} : { parameters }),
  stable: true,
  about,
  columns: pageColumns,
});

/** Column of `block` that counts the pages of a state or class. */
export const stateColumn = (state: string): string => `state_${state}`;
export const classColumn = (name: string): string => `class_${name}`;
export const counterColumns: readonly string[] = [...pageStates.map(stateColumn), ...pageClasses.map(classColumn)];

/** The counters of a row, from its column `from` on. */
export function countersOf(row: readonly unknown[], from: number): Counters {
  const counters = emptyCounters();
  pageStates.forEach((_, state) => (counters.states[state] = row[from + state] as number));
  pageClasses.forEach((_, code) => (counters.classes[code] = row[from + pageStates.length + code] as number));
  return counters;
}

export const indexTables: readonly SqlTable[] = [
  pageFunction('page', [], 'Every indexed page, from the packed blocks by scanning. For one page or a range use the functions below.'),
  pageFunction('page_at', ['wanted_pfn'], 'One page: SELECT * FROM page_at(0x1f4).'),
  pageFunction('page_range', ['first_pfn', 'end_pfn'], 'Pages from a first PFN up to, not including, an end PFN.'),
  {
    name: 'duplicate',
    kind: 'function',
    stable: true,
    about: 'Groups of at least two present pages with one fingerprint, by fingerprint. Zero pages are left out.',
    columns: [column('fingerprint', '', '16 hex digits'), column('pages', '', 'pages in the group')],
  },
  {
    name: 'extent',
    kind: 'function',
    parameters: ['first_pfn', 'limit_pfn'],
    stable: true,
    about: 'What the container says about each range of pages, before any page is read: all ranges, or with extent(first, end) those that touch these pages.',
    columns: [
      column('start_pfn', '', 'first page'),
      column('end_pfn', '', 'one past the last page'),
      column('state', '', 'stored, zero, excluded, missing, unreadable, encrypted'),
      column('file_offset', '', 'offset of the first page in the dump file, if the pages are stored there as plain bytes'),
    ],
  },
  table(
    'first_extent',
    'The first rows of extent, at most 65,536: for a dump that has more, queries ask the dump itself.',
    [
      column('start_pfn', 'INTEGER PRIMARY KEY', 'first page'),
      column('end_pfn', 'INTEGER NOT NULL', 'one past the last page'),
      column('state', 'TEXT NOT NULL', 'as in extent'),
      column('file_offset', 'INTEGER', 'as in extent'),
      column('checksum', 'INTEGER NOT NULL', 'CRC-32 of the row'),
    ],
    { stable: false },
  ),
  table('region', 'Named ranges of absolute memory.', [
    column('name', 'TEXT NOT NULL', 'what the range is'),
    column('start', 'INTEGER NOT NULL', 'first absolute address'),
    column('end', 'INTEGER NOT NULL', 'one past the last absolute address'),
    column('kind', 'TEXT NOT NULL', 'stored, zero, excluded, missing, crashkernel, kernel, lowcore, structure'),
    column('file_offset', 'INTEGER', 'offset in the dump file'),
  ]),
  table('cpu', 'The CPUs in dump order.', [
    column('id', 'INTEGER PRIMARY KEY', '0-based position in the dump'),
    column('linux_cpu', 'INTEGER', "the kernel's number of the CPU"),
    column('cpu_address', 'INTEGER', 'hardware address of the CPU'),
    column('state', 'TEXT', 'as the dump records it'),
    column('prefix', 'INTEGER', 'absolute address of the lowcore'),
    column('psw_mask', 'TEXT', '0x...'),
    column('psw_address', 'TEXT', 'virtual address, 0x...'),
    column('psw_text', 'TEXT', 'the PSW in words'),
    column('fpc', 'TEXT', '0x...'),
    column('timer', 'TEXT', '0x...'),
    column('tod_clock', 'TEXT', '0x...'),
    column('clock_comparator', 'TEXT', '0x...'),
    column('tod_programmable', 'TEXT', '0x...'),
    column('breaking_event_address', 'TEXT', 'virtual address, 0x...'),
    column('source', 'TEXT NOT NULL', 'note, lowcore, header'),
  ]),
  table(
    'register',
    'Registers of the CPUs, one row each.',
    [
      column('cpu', 'INTEGER NOT NULL', 'cpu.id'),
      column('name', 'TEXT NOT NULL', 'r0 to r15, a0 to a15, c0 to c15, f0 to f15, v0 to v31; on other machines their own names'),
      column('value', 'TEXT NOT NULL', '0x...'),
    ],
    { constraints: 'PRIMARY KEY (cpu, name)' },
  ),
  table('note', 'The notes of an ELF core, in file order.', [
    column('position', 'INTEGER PRIMARY KEY', '0-based position among the notes'),
    column('owner', 'TEXT NOT NULL', 'CORE, LINUX, VMCOREINFO, ...'),
    column('type', 'INTEGER NOT NULL', 'type number'),
    column('name', 'TEXT NOT NULL', 'name of the type'),
    column('cpu', 'INTEGER', 'cpu.id'),
    column('file_offset', 'INTEGER NOT NULL', 'offset of the record in the dump file'),
    column('bytes', 'INTEGER NOT NULL', 'size of the descriptor'),
  ]),
  table('finding', 'What looks wrong or worth knowing.', [
    column('position', 'INTEGER PRIMARY KEY', '0-based, in the order of the report'),
    column('id', 'TEXT NOT NULL', 'check, or check/detail'),
    column('severity', 'TEXT NOT NULL', 'info, warning, error'),
    column('title', 'TEXT NOT NULL', 'one line'),
    column('detail', 'TEXT NOT NULL', 'the full explanation'),
    column('space', 'TEXT', 'absolute, real, virtual, file'),
    column('start', '', 'first address: an integer, for virtual ones 0x... text'),
    column('end', '', 'one past the last address, likewise'),
    column('file_offset', 'INTEGER', 'offset in the dump file'),
    column('bytes', 'INTEGER', 'number of bytes there'),
    column('recorded', 'TEXT', 'value that the dump records'),
    column('computed', 'TEXT', 'value that was computed'),
  ]),
  table(
    'block',
    'Packed pages: one row for each 4096 pages, or for a run of blocks without stored pages that are all of one state.',
    [
      column('start_pfn', 'INTEGER PRIMARY KEY', 'first page, a multiple of 4096'),
      column('pages', 'INTEGER NOT NULL', 'how many pages'),
      ...counterColumns.map((name) => column(name, 'INTEGER NOT NULL', `pages of this ${name.startsWith('state') ? 'state' : 'class'}`)),
      column('uniform', 'INTEGER', 'meta byte of every page where all have the same one'),
      column('csum', 'INTEGER NOT NULL', 'csum_partial over the pages of the block that have bytes, seed 0: big-endian words, not folded'),
      column('counts_checksum', 'INTEGER NOT NULL', 'CRC-32 of the numbers of the row'),
      column('checksum', 'INTEGER NOT NULL', 'CRC-32 of the row'),
      column('meta', 'BLOB', 'one byte a page: state in bits 0 to 2, class in bits 3 to 5; NULL for uniform blocks'),
      column('fingerprints', 'BLOB', '8 bytes for each present page in their order, little-endian; NULL when no page is present'),
    ],
    { stable: false },
  ),
  table(
    'partial_block',
    'Pages of the one block that an interrupted run had begun.',
    [
      column('start_pfn', 'INTEGER PRIMARY KEY', 'first page of the block'),
      column('done', 'INTEGER NOT NULL', 'pages done'),
      column('csum', 'INTEGER NOT NULL', 'as in block, of the pages done'),
      column('meta', 'BLOB NOT NULL', 'as in block; bare states when only digests were missing'),
      column('fingerprints', 'BLOB', '8 bytes a page, little-endian; NULL when only digests were missing'),
      column('leaves', 'BLOB', '32 bytes a page: SHA-256 leaves; NULL without digest'),
      column('checksum', 'INTEGER NOT NULL', 'CRC-32 of the blobs'),
    ],
    { stable: false },
  ),
  table(
    'subtree',
    'SHA-256 roots of 4096 pages each, from which the memory root is computed.',
    [
      column('start_pfn', 'INTEGER PRIMARY KEY', 'first page, a multiple of 4096'),
      column('pages', 'INTEGER NOT NULL', 'leaves'),
      column('root', 'BLOB NOT NULL', '32 bytes'),
      column('available_pages', 'INTEGER NOT NULL', 'leaves up to the last page that has bytes'),
      column('available_root', 'BLOB', 'root of only those leaves, where they are fewer; otherwise NULL'),
      column('checksum', 'INTEGER NOT NULL', 'CRC-32 of the row'),
    ],
    { stable: false },
  ),
  table(
    'source_file',
    'The files that the index was made from, and other files of the same dump key that were compared with it. The newest 16 sets.',
    [
      column('file_set', 'INTEGER NOT NULL', 'files of one number were opened together'),
      column('position', 'INTEGER NOT NULL', '0-based, in the order of device and inode'),
      column('how', 'TEXT NOT NULL', 'made: the index was made from them; sample: a sample of pages agreed; all: every page agreed'),
      column('device', 'TEXT NOT NULL', 'as a decimal number, as the next ones'),
      column('inode', 'TEXT NOT NULL', 'number of the file on its device'),
      column('bytes', 'TEXT NOT NULL', 'size'),
      column('mtime_ns', 'TEXT NOT NULL', 'last change of the bytes, nanoseconds since 1970'),
      column('ctime_ns', 'TEXT NOT NULL', 'last change of the inode, likewise'),
      column('checksum', 'INTEGER NOT NULL', 'CRC-32 of the row'),
    ],
    { stable: false, constraints: 'PRIMARY KEY (file_set, position)' },
  ),
  table(
    'piece',
    'Of an index that is read from pieces: one row for each, and its pages are in their files. Of a piece: itself. Of any other index: none.',
    [
      column('start_pfn', 'INTEGER PRIMARY KEY', 'first page of the range'),
      column('end_pfn', 'INTEGER NOT NULL', 'one past the last page of the range; the image may end before'),
      column('file', 'TEXT', 'name of the file, next to the index or in `folder`; NULL in a piece'),
      column('folder', 'TEXT', 'where it was when the pieces were joined; NULL in a piece'),
      column('digest', 'INTEGER NOT NULL', '1 when it holds subtrees of the memory root'),
      column('pages', 'INTEGER NOT NULL', 'pages in its blocks'),
      ...counterColumns.map((name) => column(name, 'INTEGER NOT NULL', `pages of this ${name.startsWith('state') ? 'state' : 'class'} in its blocks`)),
      column('faults', 'TEXT NOT NULL', 'JSON: what the disk did not return'),
      column('sha256', 'TEXT NOT NULL', 'over the rows of its blocks and subtrees; empty until all are there'),
      column('checksum', 'INTEGER NOT NULL', 'CRC-32 of the row'),
    ],
    { stable: false },
  ),
  table(
    'record_sum',
    'Checksums of the tables region, cpu, register, note, and finding as they were written.',
    [
      column('name', 'TEXT PRIMARY KEY', 'the table'),
      column('rows', 'INTEGER NOT NULL', 'how many'),
      column('checksum', 'INTEGER NOT NULL', 'CRC-32 over their values, row by row as they were written'),
    ],
    { stable: false },
  ),
  table(
    'header',
    'What this index is of. One row.',
    [
      column('id', 'INTEGER PRIMARY KEY CHECK (id = 1)', '1'),
      column('identity', 'TEXT NOT NULL', "the dump's identity"),
      column('dump_key', 'TEXT NOT NULL', "the dump's key: SHA-256 over lowcores and sampled pages"),
      column('tool_version', 'TEXT NOT NULL', 'version that made the index'),
      column('fingerprint_algorithm', 'TEXT NOT NULL', 'fingerprints of different algorithms cannot be compared'),
      column('class_version', 'INTEGER NOT NULL', 'classes of different versions cannot be compared'),
      column('total_pages', 'INTEGER NOT NULL', 'pages from address 0 to the end of the image'),
      column('extents_written', 'INTEGER NOT NULL', 'rows of first_extent so far'),
      column('complete', 'INTEGER NOT NULL', '1 when every page is in block'),
      column('pages_read', 'INTEGER NOT NULL', 'pages read for what is stored here, over all runs'),
      column('memory_root', 'TEXT', 'SHA-256 memory root, version 2, in hex, when it was asked for'),
      column('checksum', 'INTEGER NOT NULL', 'CRC-32 of the row'),
    ],
    { stable: false },
  ),
];

const quoted = (name: string): string => `"${name}"`;

/** CREATE TABLE statements of every stored table. */
export function indexDdl(): string {
  return indexTables
    .filter((one) => one.kind === 'table')
    .map((one) => {
      const columns = one.columns.map(({ name, type }) => `${quoted(name)} ${type}`.trimEnd());
      return `CREATE TABLE ${quoted(one.name)} (${[...columns, ...(one.constraints === undefined ? [] : [one.constraints])].join(', ')});`;
    })
    .join('\n');
}
