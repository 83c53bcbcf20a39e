import type { SymbolJson, SymbolsJson } from '../../shared/kernel-model.ts';
import { visibleLine } from '../../shared/visible-text.ts';
import type { Command } from '../command.ts';
import { schemaVersion } from '../../shared/model.ts';
import { exitCodes, UsageError } from '../io.ts';
import { printJsonList } from '../json-list.ts';
import { withDump } from '../open-dump.ts';
import { kernelAddressIn } from './kernel-address.ts';

/** A line of /proc/kallsyms; of an address that was asked for that address, and how far it is into the symbol. */
function symbolLine({ address, type, name, offset, module }: SymbolJson): string {
  const asked = BigInt(address) + BigInt(offset ?? 0);
  const within = offset === undefined ? '' : `+0x${offset.toString(16)}`;
  return `${asked.toString(16).padStart(16, '0')} ${type} ${visibleLine(name)}${within}${module === undefined ? '' : `\t[${visibleLine(module)}]`}`;
}

const symbolText = (symbols: readonly SymbolJson[]): string => symbols.map((symbol) => `${symbolLine(symbol)}\n`).join('');

/** What looks like an address: a number with 0x, a register or an address in a named space. */
const addressLike = /^(0x[0-9a-f]+|pfn:|absolute:|real[(:]|virtual[(:]|cpu\d+\.)/i;

export const symbolsCommand: Command = {
  name: 'symbols',
  summary: "the kernel's symbols: all, those with a name (* matches anything), or the one at an address",
  args: ['<file>', '[name-or-address]'],
  ofKernel: true,
  example: 'dumpbench symbols dump.s390 cpu0.psw',
  async run(context, [file = '', typed]) {
    const { engine, io, output } = context;
    const document = printJsonList(io, schemaVersion, 'symbols');
    const write = (symbols: readonly SymbolJson[]): void => {
      if (output.json) document.add(symbols);
      else io.out(symbolText(symbols));
    };
    const answer = await withDump(context, file, async (dump) => {
      const ask = (wanted: { readonly name?: string; readonly address?: bigint }): Promise<SymbolsJson> =>
        engine.call('symbols', { dump, ...wanted, stream: true }, { signal: io.signal, onProgress: ({ symbols }) => write(symbols) });
      if (typed === undefined) return ask({});
      if (!addressLike.test(typed) && !/[+-]\s*(?:0x)?\d/.test(typed)) return ask({ name: typed });
      const place = await kernelAddressIn(context, dump, typed);
      if (place.space !== 'virtual') throw new UsageError(`"${typed}" is an address in ${place.space} space; symbols have virtual addresses`);
      return ask({ address: place.address });
    });
    write(answer.symbols);
    if (output.json) {
      const { schema: _, symbols: __, ...rest } = answer;
      document.end(rest);
    }
    return exitCodes.fine;
  },
};
