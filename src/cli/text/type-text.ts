/** Layouts of kernel types as C, with the offset next to each member. */
import type { StructJson, StructMemberJson, TypeNamesJson } from '../../shared/kernel-model.ts';
import { visibleLine } from '../../shared/visible-text.ts';
import type { Style } from './style.ts';
import { columns } from './table.ts';

/** "u8 flags:5", "char comm[16]", "void (*func)()". */
function declaration({ name, type, bits }: StructMemberJson): string {
  const array = /^(.*?) ((?:\[\d+\])+)$/.exec(type);
  const base = array?.[1] ?? type;
  const suffix = `${array?.[2] ?? ''}${bits === undefined ? '' : `:${bits}`}`;
  if (base.endsWith('(*)()')) return base.replace('(*)', `(*${name}${suffix})`);
  return name === '' ? `${base}${suffix}` : `${base}${base.endsWith('*') ? '' : ' '}${name}${suffix}`;
}

function valueText({ value, text, absent }: StructMemberJson, style: Style): string {
  if (absent !== undefined) return style.warn(visibleLine(absent));
  const known = [value === undefined ? undefined : String(value), text].filter((one) => one !== undefined);
  return known.length === 0 ? '' : `= ${visibleLine(known.join('  '))}`;
}

/** Whether a member is a struct whose members, and with them its values, are not among the rows. */
const isClosed = ({ value, text, absent, size, type, depth }: StructMemberJson, next: StructMemberJson | undefined): boolean =>
  [value, text, absent].every((one) => one === undefined) && size !== 0 && !type.includes('[') && (next === undefined || next.depth <= depth);

export function structText(answer: StructJson, style: Style): string {
  const head = `${visibleLine(answer.name)}${answer.address === undefined ? '' : ` at ${answer.address}`}${answer.size === undefined ? '' : `, ${answer.size} bytes`}`;
  const rows = answer.members.map((member) => [
    style.dim(`${member.offset}${member.bitOffset === undefined ? '' : `.${member.bitOffset}`}`),
    `${'  '.repeat(member.depth)}${visibleLine(declaration(member))}`,
    valueText(member, style),
  ]);
  const values = (answer.enumerators ?? []).map(({ name, value }) => [visibleLine(name), `= ${value}`]);
  return [
    style.strong(head),
    style.dim(answer.source),
    ...(answer.alike === undefined ? [] : [style.dim(`the same in ${answer.alike.map(visibleLine).join(', ')}`)]),
    ...(rows.length === 0 ? [] : [columns(rows, '  ', [0])]),
    ...(answer.address !== undefined && answer.members.some((member, at, all) => isClosed(member, all[at + 1]))
      ? [style.dim('members without a value are structs: --depth 1 opens them, and --depth 2 those in them')]
      : []),
    ...(values.length === 0 ? [] : [columns(values)]),
    '',
  ].join('\n');
}

/** One name a line; then why some are not among them. */
export function typeNamesText({ names, why, missing = [] }: TypeNamesJson, style: Style): string {
  if (why !== undefined) return `${style.warn(visibleLine(`no types: ${why}`))}\n`;
  const lost = missing.map(({ what, why: reason }) => style.dim(visibleLine(`not included: ${what} (${reason})`)));
  return [...names.map(visibleLine), ...lost, ''].join('\n');
}
