/** Addresses of the kernel as people type them: a bare number is virtual, and a symbol is an address too. */
import { parseAddress, type ResolvedAddress } from '../../shared/address-expression.ts';
import { DumpError } from '../../shared/dump-error.ts';
import type { SymbolsJson } from '../../shared/kernel-model.ts';
import type { CommandContext } from '../command.ts';
import { UsageError } from '../io.ts';
import { addressIn, numberedCpu } from './address-argument.ts';

const named = /^([A-Za-z_.$][\w.$]*)(?:\s*([+-])\s*(0x[0-9a-f]{1,16}|\d{1,18}))?$/i;
/** More addresses of one name are not listed. */
const mostListed = 8;

/**
 * Symbols of a name; of a function that compilers split or cloned also those with what they append ("f.constprop.0"), as titles leave it out.
 * @throws DumpError absent for a name that none has
 */
async function symbolsNamed({ engine, io: { signal } }: CommandContext, dump: string, name: string): Promise<SymbolsJson['symbols']> {
  try {
    return (await engine.call('symbols', { dump, name }, { signal })).symbols;
  } catch (error) {
    if (!(error instanceof DumpError) || error.kind !== 'absent' || name.includes('.')) throw error;
    const { symbols } = await engine.call('symbols', { dump, name: `${name}.*` }, { signal }).catch(() => {
      throw error;
    });
    // Cold parts are of the function, and not what its name means.
    const clones = symbols.filter(({ name: full }) => !full.includes('.cold'));
    if (clones.length === 0) throw error;
    return clones;
  }
}

/**
 * "0x3ffe0", "cpu0.psw", "do_exit", "do_exit+0x10".
 * @throws UsageError for what is neither, or for a name that several symbols have; DumpError absent for a name that none has
 */
export async function kernelAddressIn(context: CommandContext, dump: string, typed: string, chosen?: number): Promise<ResolvedAddress> {
  const match = parseAddress(typed).ok ? null : named.exec(typed.trim());
  if (match?.[1] === undefined || /^(cpu\d+\.|lowcore\b)/i.test(typed)) return addressIn(context, dump, typed, 'virtual', chosen);
  const [, name, sign, offset = '0'] = match;
  const symbols = await symbolsNamed(context, dump, name);
  const addresses = [...new Set(symbols.map(({ address }) => address))];
  const [address] = addresses;
  if (address === undefined || addresses.length > 1) {
    const list = addresses.slice(0, mostListed).join(', ');
    throw new UsageError(
      `"${name}" is the name of ${addresses.length} symbols (${list}${addresses.length > mostListed ? ', …' : ''}): give the address of one`,
    );
  }
  const value = BigInt(address) + (sign === '-' ? -BigInt(offset) : BigInt(offset));
  if (value < 0n || value >= 1n << 64n) throw new UsageError(`"${typed}": the offset leaves the 64-bit address space`);
  if (chosen === undefined) return { space: 'virtual', address: value };
  numberedCpu(await context.engine.call('cpus', { dump }), chosen);
  return { space: 'virtual', address: value, cpu: chosen };
}
