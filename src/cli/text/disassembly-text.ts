/** Machine code as text: one instruction per line, and below it what the stacks of the CPUs show about it. */
import type { CodeMarkJson, DisassemblyJson, InstructionJson } from '../../shared/code-model.ts';
import { cpuName, numberingWords } from '../../shared/cpu-registers.ts';
import { visibleLine } from '../../shared/visible-text.ts';
import type { Style } from './style.ts';
import { columns } from './table.ts';

const arrows: Readonly<Record<CodeMarkJson['kind'], string>> = { fault: '>', running: '*', interrupted: '+', return: '<' };
const words: Readonly<Record<CodeMarkJson['kind'], string>> = {
  fault: 'failed here',
  running: 'is here',
  interrupted: 'was interrupted here',
  return: 'returns here',
};

const placeText = ({ address, symbol }: { readonly address: string; readonly symbol?: string | undefined }): string =>
  symbol === undefined ? address : `${address} <${visibleLine(symbol)}>`;

function markText(mark: CodeMarkJson, { numbering }: DisassemblyJson, style: Style): string {
  const who = `${cpuName({ id: mark.cpu, ...(numbering === 'linuxCpu' ? { linuxCpu: mark.cpu } : {}) }, numbering)}${mark.task === undefined ? '' : ` (${visibleLine(mark.task)})`} ${words[mark.kind]}`;
  const values = (mark.registers ?? []).map(({ name, value, symbol }) => `${name}=${value}${symbol === undefined ? '' : ` <${visibleLine(symbol)}>`}`);
  const memory = mark.memory === undefined ? [] : [`operand at ${placeText(mark.memory)}`];
  const known = [...values, ...memory].join('  ');
  return `      ${mark.kind === 'fault' ? style.bad(who) : who} ${style.dim(`(${visibleLine(mark.detail)})`)}${known === '' ? '' : `\n      ${known}`}`;
}

function arrow(marks: readonly CodeMarkJson[] | undefined): string {
  const found = (['fault', 'running', 'interrupted', 'return'] as const).find((kind) => marks?.some((mark) => mark.kind === kind) === true);
  return found === undefined ? ' ' : arrows[found];
}

function row(one: InstructionJson, style: Style): readonly string[] {
  const { address, hex, mnemonic, operands = '', target } = one;
  return [
    `${arrow(one.marks)} ${address}`,
    style.dim(hex),
    mnemonic === undefined ? style.warn('(no instruction)') : visibleLine(mnemonic),
    `${visibleLine(operands)}${target === undefined ? '' : `  ${style.dim(target.symbol === undefined ? (operands.includes(target.address) ? '' : `-> ${target.address}`) : `<${visibleLine(target.symbol)}>`)}`}`,
  ];
}

export function disassemblyText(answer: DisassemblyJson, style: Style): string {
  const { space, cpu, numbering, instructions } = answer;
  const whose = cpu === undefined || space === 'absolute' || space === 'file' ? '' : ` of CPU ${cpu} (${numberingWords[numbering]})`;
  const found = answer.function;
  const head =
    found === undefined
      ? `no function is known at ${answer.address}`
      : visibleLine(`${found.name}${found.module === undefined ? '' : ` [${found.module}]`} from ${found.start}`);
  const lines = columns(
    instructions.map((one) => row(one, style)),
    '',
  ).split('\n');
  const body = instructions.flatMap((one, at) => {
    const line = lines[at] ?? '';
    const marks = (one.marks ?? []).map((mark) => markText(mark, answer, style));
    return [one.address === answer.address ? style.strong(line) : line, ...marks];
  });
  return `${style.strong(head)}\n${style.dim(`${space} addresses${whose}`)}\n${body.map((line) => `${line}\n`).join('')}`;
}
