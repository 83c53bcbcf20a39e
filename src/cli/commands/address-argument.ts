/** Addresses, CPUs and numbers as people type them on the command line. */
import { parseAddress, resolveAddress, type AddressExpression, type ResolvedAddress } from '../../shared/address-expression.ts';
import { numberingWords, registerAddress, type CpuNumbering } from '../../shared/cpu-registers.ts';
import type { CpuJson } from '../../shared/cpu-model.ts';
import { defined } from '../../shared/defined.ts';
import type { AddressSpace } from '../../shared/model.ts';
import type { CommandContext, OptionValues } from '../command.ts';
import { UsageError } from '../io.ts';

/** @throws UsageError naming the option */
export function wholeNumber(text: string, what: string): number {
  const value = /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw new UsageError(`${what}: "${text}" is not a whole number (decimal digits, or hexadecimal with 0x)`);
  return value;
}

export interface NumberedCpus {
  readonly cpus: readonly CpuJson[];
  readonly numbering: CpuNumbering;
}

/** @throws UsageError naming the CPUs that there are, and what their numbers mean */
export function numberedCpu({ cpus, numbering }: NumberedCpus, number: number): CpuJson {
  const found = cpus.find((cpu) => cpu[numbering] === number);
  if (found !== undefined) return found;
  const known = cpus.map((cpu) => cpu[numbering]).join(', ');
  throw new UsageError(`there is no CPU ${number}; the dump has ${known === '' ? 'no CPUs' : `${known} (${numberingWords[numbering]})`}`);
}

/** The number after `--cpu`. @throws UsageError when it is none */
export const cpuOption = (options: OptionValues): number | undefined => (options.cpu === undefined ? undefined : wholeNumber(String(options.cpu), '--cpu'));

export interface Place extends ResolvedAddress {
  /** What `cpu` means. */
  readonly numbering: CpuNumbering;
}

/** Whether a CPU is needed to determine where an address is, or whose it is. */
function concernsCpu({ base, cpu, space }: AddressExpression, defaultSpace: AddressSpace): boolean {
  if (cpu !== undefined || base.kind === 'register') return true;
  if (base.kind === 'lowcore' && base.cpu !== undefined) return true;
  const shown = space ?? (base.kind === 'lowcore' ? 'absolute' : defaultSpace);
  return shown === 'real' || shown === 'virtual';
}

/**
 * The address that a person typed, resolved with the dump's CPUs, and the CPU in whose space it is: the one in `real(N):`, else `--cpu`,
 * else the one whose register it is.
 * @throws UsageError with the character position, or for a CPU that the dump does not have
 */
export async function addressIn(context: CommandContext, dump: string, typed: string, space: AddressSpace, chosen?: number): Promise<Place> {
  const parsed = parseAddress(typed);
  if (!parsed.ok) throw new UsageError(`"${typed}" is not an address: at character ${parsed.error.at + 1}, expected ${parsed.error.expected}`);
  const { expression } = parsed;
  // CPUs are read only for an address that depends on one: reading them waits for all headers of the dump.
  const isOfCpu = chosen !== undefined || concernsCpu(expression, space);
  const known: NumberedCpus = isOfCpu ? await context.engine.call('cpus', { dump }) : { cpus: [], numbering: 'linuxCpu' };
  const { cpus, numbering } = known;
  const cpuOf = (number: number): CpuJson | undefined => cpus.find((cpu) => cpu[numbering] === number);
  const resolved = resolveAddress(expression, space, {
    prefix(number) {
      const prefix = cpuOf(number)?.prefix;
      return prefix === undefined ? undefined : BigInt(prefix);
    },
    register(number, name) {
      const cpu = cpuOf(number);
      return cpu === undefined ? undefined : registerAddress(cpu, name);
    },
  });
  if ('why' in resolved) throw new UsageError(`"${typed}": ${resolved.why}`);
  if (chosen !== undefined && expression.cpu !== undefined && expression.cpu !== chosen)
    throw new UsageError(`--cpu ${chosen}: the address "${typed}" names CPU ${expression.cpu}`);
  const owned = resolved.space === 'real' || resolved.space === 'virtual';
  if (chosen !== undefined && !owned)
    throw new UsageError(
      `--cpu ${chosen}: "${typed}" is in ${resolved.space} space, which is the same for every CPU; only real and virtual addresses depend on the CPU`,
    );
  const cpu = chosen ?? resolved.cpu;
  if (cpu !== undefined) numberedCpu(known, cpu);
  return { space: resolved.space, address: resolved.address, numbering, ...defined({ cpu }) };
}

/** "A-B": the minus that leaves an address on both sides, as in lowcore-0x10-0x2000, is the one between them. */
export async function rangeArgument(context: CommandContext, dump: string, text: string, option = '--range'): Promise<{ start: bigint; end: bigint }> {
  const dashes = [...text.matchAll(/-/g)].map(({ index }) => index).filter((at) => parseAddress(text.slice(0, at)).ok && parseAddress(text.slice(at + 1)).ok);
  const [at] = dashes;
  if (at === undefined || dashes.length > 1) throw new UsageError(`${option}: "${text}" is not a range such as 0x1000-0x2000`);
  const [start, end] = [await addressIn(context, dump, text.slice(0, at), 'absolute'), await addressIn(context, dump, text.slice(at + 1), 'absolute')];
  if (start.space !== 'absolute' || end.space !== 'absolute') throw new UsageError(`${option}: only absolute addresses are allowed`);
  if (start.address >= end.address) throw new UsageError(`${option}: "${text}" is empty: the end address is exclusive`);
  return { start: start.address, end: end.address };
}
