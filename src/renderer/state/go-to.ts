/** Interprets the input of the go-to box: the places that it may mean, or the reason why there are none. */
import { parseAddress, resolveAddress } from '../../shared/address-expression.ts';
import type { CpuJson } from '../../shared/cpu-model.ts';
import { defined } from '../../shared/defined.ts';
import type { SymbolJson } from '../../shared/kernel-model.ts';
import type { AddressSpace } from '../../shared/model.ts';
import { parseSymbol, type SymbolExpression } from '../../shared/symbol-expression.ts';
import { symbolTypeText } from '../words/symbol.ts';
import { kernelPosition, positionText, type Position } from './position.ts';
import { hasCpu, registerLookup } from './register-lookup.ts';

type GoTo =
  | { readonly ok: true; readonly position: Position }
  | { readonly ok: false; readonly message: string; /** Index of the character that it refers to, from 0. */ readonly at?: number };

/** A possible place. */
export interface GoToChoice {
  readonly title: string;
  /** How it was read: "decimal", "T code, global". */
  readonly how: string;
  readonly position: Position;
}

/** Digits in groups of eight or four, as listings print them: "00000000 00519000", "0000_0000_0051_9000". */
const grouped = /(?<![0-9a-z_.])(?:0x)?([0-9a-f]{8}(?:[ _'\u00a0][0-9a-f]{8})+|[0-9a-f]{4}(?:[ _'\u00a0][0-9a-f]{4}){1,3})(?![0-9a-z_.])/gi;
const ungrouped = (text: string): string => text.replaceAll(grouped, (_, digits: string) => `0x${digits.replaceAll(/[^0-9a-f]/gi, '')}`);

/**
 * @param space what a bare number means: the space that the cursor is in
 * @param cpus undefined until they are known
 */
export function resolveGoTo(text: string, space: AddressSpace, cpus: readonly CpuJson[] | undefined): GoTo {
  const parsed = parseAddress(ungrouped(text));
  if (!parsed.ok) return { ok: false, message: `expected ${parsed.error.expected}`, at: parsed.error.at };
  const { expression } = parsed;
  const found = resolveAddress(expression, space, registerLookup(cpus ?? []));
  if ('why' in found && cpus === undefined && expression.base.kind !== 'number') return { ok: false, message: 'the CPUs of the dump are not known yet' };
  if ('why' in found) return { ok: false, message: found.why };
  if (found.cpu !== undefined && cpus !== undefined && !hasCpu(cpus, found.cpu)) return { ok: false, message: `there is no CPU ${found.cpu} in this dump` };
  const cpu = found.cpu ?? (found.space === 'real' ? 0 : undefined);
  return { ok: true, position: { space: found.space, address: found.address, length: 1, ...defined({ cpu }) } };
}

/** A number without 0x after the optional space, and what follows it. */
const bareNumber = /^((?:absolute|real|virtual|file|pfn)(?:\(\d{1,6}\))?:)?([0-9a-f]{1,16})(\s*[+-].*)?$/i;

/**
 * The addresses that a text may mean, the likelier first. A number without 0x is decimal, as on the command line; the hexadecimal reading is offered
 * as well, and comes first if the number is written like one.
 */
export function addressChoices(text: string, space: AddressSpace, cpus: readonly CpuJson[] | undefined): readonly GoToChoice[] {
  const typed = ungrouped(text.trim());
  const choice = (one: string, how: string): readonly GoToChoice[] => {
    const found = resolveGoTo(one, space, cpus);
    return found.ok ? [{ title: positionText(found.position), how, position: found.position }] : [];
  };
  const bare = bareNumber.exec(typed);
  if (bare === null) return choice(typed, typed === text.trim() ? '' : 'hexadecimal');
  const [, prefix = '', digits = '', rest = ''] = bare;
  const hexadecimal = choice(`${prefix}0x${digits}${rest}`, 'hexadecimal');
  if (/[a-f]/i.test(digits)) return hexadecimal;
  const decimal = choice(typed, 'decimal');
  if (decimal[0]?.title === hexadecimal[0]?.title) return choice(typed, '');
  return /^0\d/.test(digits) ? [...hexadecimal, ...decimal] : [...decimal, ...hexadecimal];
}

/** A requested symbol: a part of its name, or the whole name if an offset or a module follows. */
interface SymbolQuestion extends SymbolExpression {
  readonly isWhole: boolean;
}

export function symbolQuestion(text: string): SymbolQuestion | undefined {
  const symbol = parseSymbol(text);
  return symbol === undefined ? undefined : { ...symbol, isWhole: /[\s+\-[/]/.test(text.trim()) };
}

const suffix = (offset: bigint): string => (offset === 0n ? '' : offset < 0n ? `-0x${(-offset).toString(16)}` : `+0x${offset.toString(16)}`);

/** Matching symbols, as returned by the engine. */
export function symbolChoices({ name, offset, module, isWhole }: SymbolQuestion, symbols: readonly SymbolJson[]): readonly GoToChoice[] {
  return symbols
    .filter((symbol) => !isWhole || (symbol.name === name && (module === undefined || symbol.module === module)))
    .flatMap((symbol) => {
      const address = BigInt(symbol.address) + offset;
      if (address < 0n || address >= 1n << 64n) return [];
      const title = `${symbol.name}${suffix(offset)}${symbol.module === undefined ? '' : ` [${symbol.module}]`}`;
      return [{ title, how: symbolTypeText(symbol.type), position: kernelPosition(`0x${address.toString(16)}`, 1) }];
    });
}

/** What follows "task:" or "pid:": a number, or a part of a name. */
export const taskQuestion = (text: string): string | undefined => /^(?:task|pid):\s*(\S.*)$/i.exec(text.trim())?.[1];

interface FoundTask {
  readonly address: string;
  readonly pid?: number | undefined;
  readonly comm: string;
}

export const taskChoices = (tasks: readonly FoundTask[]): readonly GoToChoice[] =>
  tasks.map(({ address, pid, comm }) => ({ title: `${comm} (pid ${pid ?? '?'})`, how: 'task_struct', position: kernelPosition(address, 1) }));
