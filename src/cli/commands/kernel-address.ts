/** Addresses of the kernel as people type them: a bare number is virtual, and a symbol is an address too. */
import type { ResolvedAddress } from '../../shared/address-expression.ts';
import { parseTypedAddress } from '../../shared/symbol-expression.ts';
import type { CommandContext } from '../command.ts';
import { addressIn, numberedCpu } from './address-argument.ts';

/**
 * "0x3ffe0", "cpu0.psw", "do_exit", "do_exit+0x10".
 * @throws UsageError for what is neither; RequestError for a name that several symbols have; DumpError absent for a name that none has
 */
export async function kernelAddressIn(context: CommandContext, dump: string, typed: string, chosen?: number): Promise<ResolvedAddress> {
  const parsed = parseTypedAddress(typed);
  if (parsed.kind !== 'symbol') return addressIn(context, dump, typed, 'virtual', chosen);
  const { engine, io } = context;
  const address = BigInt((await engine.call('symbolAddress', { dump, ...parsed.symbol }, { signal: io.signal })).address);
  if (chosen === undefined) return { space: 'virtual', address };
  numberedCpu(await engine.call('cpus', { dump }), chosen);
  return { space: 'virtual', address, cpu: chosen };
}
