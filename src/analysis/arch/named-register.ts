/** Registers that dumps name one by one, in the order and the groups in which people read them, and what their values say. */
import type { CpuJson, CpuMeaning } from '../../shared/cpu-model.ts';
import { defined } from '../../shared/defined.ts';
import { registerOf } from './register-value.ts';

type NamedMeaning = NonNullable<CpuMeaning['named']>[number];

export interface NamedRegister {
  readonly name: string;
  readonly group: string;
  readonly bits: NamedMeaning['bits'];
  /** An address in the space that the CPU ran in, a physical address from bit 12 on, or a number. */
  readonly holds: NamedMeaning['holds'];
  /** What it says; undefined where it says nothing. `other` are registers of the same CPU. */
  readonly text?: (value: bigint, other: (name: string) => bigint | undefined) => string | undefined;
}

/** Position, counted from the lowest bit, and name. */
export type BitNames = readonly (readonly [bit: number, name: string])[];

/** Names of the bits that are set, those of the highest first, as manuals print them. */
export const setBits = (value: bigint, names: BitNames): readonly string[] =>
  names.flatMap(([bit, name]) => (((value >> BigInt(bit)) & 1n) === 1n ? [name] : []));

const unlisted = 'Other registers';

/** The registers of a CPU in the order of the table; those that it does not list come last. */
export function namedMeaning(table: readonly NamedRegister[], cpu: CpuJson): readonly NamedMeaning[] {
  const { registers = {} } = cpu;
  const other = (name: string): bigint | undefined => registerOf(cpu, name);
  const listed = table.flatMap(({ name: register, group, bits, holds, text }): NamedMeaning[] => {
    const value = other(register);
    return value === undefined ? [] : [{ register, group, bits, holds, ...defined({ text: text?.(value, other) }) }];
  });
  const known = new Set(table.map(({ name }) => name));
  const rest = Object.keys(registers).filter((name) => !known.has(name));
  return [...listed, ...rest.map((register): NamedMeaning => ({ register, group: unlisted, bits: 64, holds: 'number' }))];
}
