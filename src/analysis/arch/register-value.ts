/** Values of registers that a dump names. */
import type { CpuJson } from '../../shared/cpu-model.ts';

export const registerOf = (cpu: CpuJson, name: string): bigint | undefined => {
  const text = cpu.registers?.[name];
  return text === undefined ? undefined : BigInt(text);
};
