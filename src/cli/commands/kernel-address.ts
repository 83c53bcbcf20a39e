/** Addresses as people type them where a symbol is allowed too; a bare number is virtual unless a command says otherwise. */
import type { AddressSpace } from '../../shared/model.ts';
import { parseTypedAddress } from '../../shared/symbol-expression.ts';
import type { CommandContext } from '../command.ts';
import { addressIn, numberedCpu, type Place } from './address-argument.ts';

/**
 * "0x3ffe0", "cpu0.psw", "do_exit", "do_exit+0x10".
 * @param space of a bare number
 * @throws UsageError for what is neither; RequestError for a name that several symbols have; DumpError absent for a name that none has
 */
export async function kernelAddressIn(
  context: CommandContext,
  dump: string,
  typed: string,
  { cpu, space = 'virtual' }: { readonly cpu?: number | undefined; readonly space?: AddressSpace } = {},
): Promise<Place> {
  const parsed = parseTypedAddress(typed);
  if (parsed.kind !== 'symbol') return addressIn(context, dump, typed, space, cpu);
  const { engine, io } = context;
  const address = BigInt((await engine.call('symbolAddress', { dump, ...parsed.symbol }, { signal: io.signal })).address);
  if (cpu === undefined) return { space: 'virtual', address, numbering: 'linuxCpu' };
  const known = await engine.call('cpus', { dump });
  numberedCpu(known, cpu);
  return { space: 'virtual', address, numbering: known.numbering, cpu };
}
