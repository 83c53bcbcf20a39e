/** Addresses of the kernel as people type them: a bare number is virtual, and a symbol is an address too. */
import { parseAddress } from '../../shared/address-expression.ts';
import type { CommandContext } from '../command.ts';
import { UsageError } from '../io.ts';
import { addressIn, type Place } from './address-argument.ts';

const named = /^([A-Za-z_.$][\w.$]*)(?:\s*([+-])\s*(0x[0-9a-f]{1,16}|\d{1,18}))?$/i;
/** More addresses of one name are not listed. */
const mostListed = 8;

/**
 * "0x3ffe0", "cpu0.psw", "do_exit", "do_exit+0x10".
 * @throws UsageError for what is neither, or for a name that several symbols have; DumpError absent for a name that none has
 */
export async function kernelAddressIn(context: CommandContext, dump: string, typed: string, chosen?: number): Promise<Place> {
  const match = parseAddress(typed).ok ? null : named.exec(typed.trim());
  if (match?.[1] === undefined || /^(cpu\d+\.|lowcore\b)/i.test(typed)) return addressIn(context, dump, typed, 'virtual', chosen);
  const [, name, sign, offset = '0'] = match;
  const { signal } = context.io;
  const { symbols } = await context.engine.call('symbols', { dump, name }, { signal });
  const addresses = [...new Set(symbols.map(({ address }) => address))];
  const [address] = addresses;
  if (address === undefined || addresses.length > 1) {
    const list = addresses.slice(0, mostListed).join(', ');
    throw new UsageError(
      `"${name}" is the name of ${addresses.length} symbols (${list}${addresses.length > mostListed ? ', …' : ''}): give the address of one`,
    );
  }
  const { numbering } = await context.engine.call('cpus', { dump });
  const value = BigInt(address) + (sign === '-' ? -BigInt(offset) : BigInt(offset));
  if (value < 0n || value >= 1n << 64n) throw new UsageError(`"${typed}": the offset leaves the 64-bit address space`);
  return { space: 'virtual', address: value, numbering };
}
