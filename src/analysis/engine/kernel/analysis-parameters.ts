/** Parameters of an analysis as a person types them, held against the declaration. */
import { resolveAddress } from '../../../shared/address-expression.ts';
import type { AnalysisTable, ParameterJson } from '../../../shared/analysis-table.ts';
import { cpuNumbering, registerAddress } from '../../../shared/cpu-registers.ts';
import { RequestError } from '../../../shared/rpc.ts';
import { parseTypedAddress } from '../../../shared/symbol-expression.ts';
import { isSeconds, momentForm, momentOf, secondsForm } from '../../../shared/typed-time.ts';
import type { CellValue } from '../../kernel/analyses/analysis.ts';
import type { SymbolTable } from '../../kernel/symbols/symbol-table.ts';
import type { Session } from '../session/session.ts';
import { machineCpus } from '../machine/machine-cpus.ts';
import { symbolAddress } from './symbol-address.ts';

export type GivenParameters = Readonly<Record<string, string | number | bigint | boolean>>;

export interface AddressNames {
  readonly session: Session;
  readonly symbols: SymbolTable | undefined;
}

const wrong = (parameter: ParameterJson, given: unknown, expected: string): RequestError =>
  new RequestError('query', `${parameter.name}: "${String(given)}" is not ${expected}`);

/** A kernel virtual address: a number, a register of a CPU, or a symbol with an offset. */
function addressOf(parameter: ParameterJson, typed: string, { session, symbols }: AddressNames): bigint {
  const parsed = parseTypedAddress(typed);
  if (parsed.kind === 'symbol') {
    const found = symbols === undefined ? undefined : symbolAddress(symbols, parsed.symbol);
    if (found !== undefined) return found;
  }
  if (parsed.kind !== 'address')
    throw wrong(parameter, typed, 'an address such as 0x1f00, a symbol of this kernel such as panic+0x10, or a register such as cpu0.psw');
  const { cpus } = machineCpus(session);
  const key = cpuNumbering(cpus);
  const resolved = resolveAddress(parsed.expression, 'virtual', {
    prefix(number) {
      const prefix = cpus.find((cpu) => cpu[key] === number)?.prefix;
      return prefix === undefined ? undefined : BigInt(prefix);
    },
    register(number, name) {
      const cpu = cpus.find((one) => one[key] === number);
      return cpu === undefined ? undefined : registerAddress(cpu, name);
    },
  });
  if ('why' in resolved) throw wrong(parameter, typed, `an address: ${resolved.why}`);
  if (resolved.space !== 'virtual') throw wrong(parameter, typed, 'a virtual address');
  return resolved.address;
}

function wholeNumber(parameter: ParameterJson, given: string | number | bigint | boolean): number {
  const typed = String(given);
  const value = /^(0x[0-9a-f]+|\d+)$/i.test(typed) ? Number(typed) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw wrong(parameter, given, 'a whole number (decimal, or hexadecimal with 0x)');
  return value;
}

function valueOf(parameter: ParameterJson, given: string | number | bigint | boolean, names: AddressNames): CellValue {
  switch (parameter.type) {
    case 'address':
      return typeof given === 'bigint' ? BigInt.asUintN(64, given) : addressOf(parameter, String(given).trim(), names);
    case 'count':
    case 'pid':
    case 'cpu':
      return wholeNumber(parameter, given);
    case 'time': {
      const moment = momentOf(String(given));
      if (moment === undefined) throw wrong(parameter, given, momentForm);
      return moment;
    }
    case 'duration': {
      const seconds = String(given).trim();
      if (!isSeconds(seconds)) throw wrong(parameter, given, secondsForm);
      return seconds;
    }
    case 'flag': {
      const known = { true: true, yes: true, 1: true, false: false, no: false, 0: false }[String(given)];
      if (known === undefined) throw wrong(parameter, given, 'yes or no');
      return known;
    }
    case 'text': {
      const { choices } = parameter;
      if (choices !== undefined && !choices.includes(String(given))) throw wrong(parameter, given, `one of ${choices.join(', ')}`);
      return String(given);
    }
  }
}

/** @throws RequestError query for one that is not declared, is missing, or has no such value */
export function readParameters(table: AnalysisTable, given: GivenParameters, names: AddressNames): Readonly<Record<string, CellValue | undefined>> {
  const known = table.parameters.map(({ name }) => name);
  const stranger = Object.keys(given).find((name) => !known.includes(name));
  if (stranger !== undefined)
    throw new RequestError('query', `the analysis ${table.id} has no parameter "${stranger}"${known.length === 0 ? '' : `: it takes ${known.join(', ')}`}`);
  const values: Record<string, CellValue | undefined> = {};
  for (const parameter of table.parameters) {
    const one = given[parameter.name];
    if (one === undefined && parameter.required === true)
      throw new RequestError('query', `the analysis ${table.id} needs the parameter ${parameter.name}: ${parameter.about}`);
    if (one !== undefined) values[parameter.name] = valueOf(parameter, one, names);
  }
  return values;
}
