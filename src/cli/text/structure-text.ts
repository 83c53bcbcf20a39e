/** Notes, regions, registers, os_info and bytes as text. */
import type { Step } from '../../shared/check-model.ts';
import type { ReadJson, SqlJson } from '../../shared/memory-model.ts';
import type { NoteJson, OsInfoJson, RegionJson } from '../../shared/structure-model.ts';
import { byteText } from '../../shared/units.ts';
import { visibleLine, visibleText } from '../../shared/visible-text.ts';
import type { Style } from './style.ts';
import { fieldLines } from './field-rows.ts';
import { columns } from './table.ts';

/** 16 bytes a line. */
function rawLines(note: NoteJson): string {
  const rows = hexRows(Buffer.from(note.raw ?? '', 'hex'), 0n, []).trimEnd();
  const rest = note.bytes - (note.raw?.length ?? 0) / 2;
  return `${rows.replaceAll(/^0{8}/gm, '  ')}${rest > 0 ? `\n  and ${rest} more bytes` : ''}`;
}

function noteText(note: NoteJson, style: Style): string {
  const title = note.title === undefined ? '' : `, ${note.title}`;
  const cpu = note.cpu === undefined ? '' : `, CPU at position ${note.cpu}`;
  const where = `${note.bytes} bytes at file offset 0x${(note.descriptorOffset ?? note.fileOffset).toString(16)}`;
  const parts = [style.strong(`${visibleLine(note.owner)} ${note.name}`) + style.dim(`${title} (type 0x${note.type.toString(16)}${cpu}, ${where})`)];
  if (note.text !== undefined) parts.push(visibleText(note.text).replaceAll(/^/gm, '  '));
  if (note.textBytes !== undefined) parts.push(style.dim(`  and ${note.bytes - note.textBytes} more bytes`));
  if (note.fields !== undefined) {
    parts.push(fieldLines(note.fields, style, '(not in the note)'));
    // For a packed file the bytes are included for doors that cannot read them there; here they would only repeat the fields.
    const isCut = note.fields.some(({ value }) => value === undefined);
    if (note.raw !== undefined && (isCut || note.descriptorOffset !== undefined))
      parts.push(style.dim('  shown as bytes, because its size does not match the structure:'), rawLines(note));
  } else if (note.raw !== undefined && note.text === undefined) parts.push(note.raw === '' ? '  empty' : rawLines(note));
  return parts.join('\n');
}

export function notesText(notes: readonly NoteJson[], style: Style): string {
  if (notes.length === 0) return 'this dump has no ELF notes\n';
  return `${notes.map((note) => noteText(note, style)).join('\n\n')}\n`;
}

const pagesText = (pages: NonNullable<RegionJson['pages']>): string =>
  Object.entries(pages)
    .map(([state, count]) => `${count} ${state === 'present' ? 'stored' : state}`)
    .join(', ');

/** @param headings false for a page that follows another one */
export function regionsText(regions: readonly RegionJson[], headings = true): string {
  const rows = regions.map((region) => [
    region.start,
    region.end,
    byteText(BigInt(region.end) - BigInt(region.start)),
    region.kind,
    visibleLine(region.name),
    region.pages !== undefined ? pagesText(region.pages) : region.fileOffset === undefined ? '' : `file 0x${region.fileOffset.toString(16)}`,
  ]);
  return `${columns([...(headings ? [['start', 'end', 'size', 'kind', 'what', 'where']] : []), ...rows], '', [0, 1, 2])}\n`;
}

/** 16 bytes a row with ASCII; absent bytes are `--`. */
export function hexRows(data: Uint8Array, base: bigint, absent: ReadJson['absent']): string {
  const gaps = absent.map((gap) => ({ start: BigInt(gap.start), end: BigInt(gap.end) }));
  const missing = (address: bigint): boolean => gaps.some((gap) => address >= gap.start && address < gap.end);
  const rows: string[] = [];
  for (let at = 0; at < data.length; at += 16) {
    const cells: string[] = [];
    let text = '';
    for (let index = at; index < at + 16; index += 1) {
      const byte = data[index];
      const gone = byte === undefined || missing(base + BigInt(index));
      cells.push(byte === undefined ? '  ' : gone ? '--' : byte.toString(16).padStart(2, '0'));
      text += byte === undefined ? '' : gone ? ' ' : byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
    }
    rows.push(`${(base + BigInt(at)).toString(16).padStart(12, '0')}  ${cells.slice(0, 8).join(' ')}  ${cells.slice(8).join(' ')}  ${text}`.trimEnd());
  }
  return `${rows.join('\n')}\n`;
}

export function osInfoText(osInfo: OsInfoJson, style: Style): string {
  const { checksum } = osInfo;
  const rows = [
    ['address', osInfo.address],
    ['magic', osInfo.magicValid ? style.ok('"OSINFOSZ"') : style.bad('wrong')],
    ['checksum', `recorded ${checksum.recorded}, computed ${checksum.computed ?? '?'} ${checksum.valid === true ? style.ok('valid') : style.bad('WRONG')}`],
    ['version', `${osInfo.versionMajor}.${osInfo.versionMinor}`],
    ['crashkernel', osInfo.crashkernel === undefined ? 'none' : `${osInfo.crashkernel.start} - ${osInfo.crashkernel.end}`],
    ...osInfo.entries.map((entry) => [
      `entry ${entry.id}`,
      `${entry.name} ${entry.value ?? `${entry.address ?? ''} + ${entry.size ?? ''} bytes, checksum ${entry.checksum?.valid === undefined ? 'not computable' : entry.checksum.valid ? 'valid' : 'WRONG'}`}`,
    ]),
  ];
  const decisions = [
    ['panic', osInfo.panicKdump],
    ['stand-alone kdump', osInfo.standaloneKdump],
    ['two-stage', osInfo.twoStage],
  ] as const;
  const blocks = decisions.flatMap(([name, decision]) => (decision === undefined ? [] : [decisionText(name, decision, style)]));
  return `${columns(rows, '')}\n\n${blocks.join('\n\n')}\n`;
}

const outcomeWords: Readonly<Record<string, string>> = {
  started: 'kdump has started',
  'start-kdump': 'kdump starts',
  'falls-to-panic-action': 'kdump does not start; the panic action runs',
  'not-loaded': 'no kdump kernel is loaded',
  'not-in-dump': 'the crashkernel memory is not in the dump',
  'disabled-wait': 'disabled wait',
  'full-dump': 'a full dump is written',
  unknown: 'cannot be determined from this dump',
};

interface Decision {
  readonly outcome: string;
  readonly waitCode?: string | undefined;
  readonly steps: readonly Step[];
}

/** One decision: its outcome, then the steps in their order. */
function decisionText(name: string, decision: Decision, style: Style): string {
  const code = decision.waitCode === undefined ? '' : `, code ${decision.waitCode}`;
  const mark = (passed: boolean | undefined): string => (passed === undefined ? style.dim('-') : passed ? style.ok('✓') : style.bad('✗'));
  const steps = decision.steps.map((step) => [mark(step.passed), step.check, visibleLine(step.detail)]);
  return `${style.strong(`${name}: ${outcomeWords[decision.outcome] ?? decision.outcome}${code}`)}\n${columns(steps)}`;
}

export function sqlText(result: SqlJson): string {
  const cell = (value: string | number | null): string => (value === null ? 'NULL' : visibleText(String(value)).replaceAll('\n', '\\n'));
  return `${columns([result.columns, ...result.rows.map((row) => row.map(cell))], '')}\n`;
}
