import type { SymbolJson, SymbolsJson } from '../../shared/kernel-model.ts';
import { visibleLine } from '../../shared/visible-text.ts';
import type { Command } from '../command.ts';
import { exitCodes, printJson, UsageError } from '../io.ts';
import { withDump } from '../open-dump.ts';
import { addressIn } from './address-argument.ts';

/** A line of /proc/kallsyms. */
function symbolLine({ address, type, name, offset, module }: SymbolJson): string {
  const place = `${address.slice(2).padStart(16, '0')} ${type} ${visibleLine(name)}${module === undefined ? '' : `\t[${visibleLine(module)}]`}`;
  return offset === undefined ? place : `${place}+0x${offset.toString(16)}`;
}

const symbolText = (answer: SymbolsJson): string => answer.symbols.map((symbol) => `${symbolLine(symbol)}\n`).join('');

/** What looks like an address: a number with 0x, a register or an address in a named space. */
const addressLike = /^(0x[0-9a-f]+|pfn:|absolute:|real[(:]|virtual[(:]|cpu\d+\.)/i;

export const symbolsCommand: Command = {
  name: 'symbols',
  summary: "the kernel's symbols: all, those of a name (* stands for anything), or the one at an address",
  args: ['<file>', '[name-or-address]'],
  ofKernel: true,
  example: 'dumpbench symbols dump.s390 cpu0.psw',
  async run(context, [file = '', typed]) {
    const answer = await withDump(context, file, async (dump) => {
      const params = { dump };
      if (typed === undefined) return context.engine.call('symbols', params, { signal: context.io.signal });
      if (!addressLike.test(typed)) return context.engine.call('symbols', { ...params, name: typed }, { signal: context.io.signal });
      const place = await addressIn(context, dump, typed, 'virtual');
      if (place.space !== 'virtual') throw new UsageError(`"${typed}" is an address in ${place.space} space; symbols have virtual ones`);
      return context.engine.call('symbols', { ...params, address: place.address }, { signal: context.io.signal });
    });
    if (context.output.json) printJson(context.io, answer);
    else context.io.out(symbolText(answer));
    return exitCodes.fine;
  },
};
