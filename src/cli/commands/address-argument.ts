/** Addresses and numbers as people type them on the command line. */
import { parseAddress, resolveAddress } from '../../shared/address-expression.ts';
import type { AddressSpace, CpuJson } from '../../shared/model.ts';
import type { CommandContext } from '../command.ts';
import { UsageError } from '../io.ts';

/** @throws UsageError naming the option */
export function wholeNumber(text: string, what: string): number {
  const value = /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw new UsageError(`${what}: "${text}" is not a whole number (decimal, or hexadecimal with 0x)`);
  return value;
}

/** Value of a register by its short name; the PSW stands for its address. */
function registerValue(cpu: CpuJson | undefined, name: string): bigint | undefined {
  const numbered = /^(r|gpr|cr|c|ar|a)(\d{1,2})$/.exec(name);
  const list = numbered?.[1] === undefined ? undefined : { r: cpu?.gprs, gpr: cpu?.gprs, cr: cpu?.crs, c: cpu?.crs, ar: cpu?.acrs, a: cpu?.acrs }[numbered[1]];
  const text = name === 'psw' ? cpu?.psw?.address : name === 'prefix' ? cpu?.prefix : (list?.[Number(numbered?.[2])] ?? cpu?.registers?.[name]);
  return text === undefined ? undefined : BigInt(text);
}

/** The address that a person typed, resolved with the dump's CPUs. @throws UsageError with the character position */
export async function addressIn(
  context: CommandContext,
  dump: string,
  typed: string,
  space: AddressSpace,
): Promise<{ space: AddressSpace; address: bigint; cpu?: number }> {
  const parsed = parseAddress(typed);
  if (!parsed.ok) throw new UsageError(`"${typed}" is no address: at character ${parsed.error.at + 1}, expected ${parsed.error.expected}`);
  const { cpus, numbering } = await context.engine.call('cpus', { dump });
  const cpuOf = (number: number): CpuJson | undefined => cpus.find((cpu) => cpu[numbering] === number);
  const resolved = resolveAddress(parsed.expression, space, {
    prefix: (number) => registerValue(cpuOf(number), 'prefix'),
    register(number, name) {
      const value = registerValue(cpuOf(number), name);
      return value === undefined ? undefined : { value, space: name === 'prefix' ? 'absolute' : 'virtual' };
    },
  });
  if ('why' in resolved) throw new UsageError(`"${typed}": ${resolved.why}`);
  return resolved;
}
