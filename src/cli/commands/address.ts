import { defined } from '../../shared/defined.ts';
import { visibleLine } from '../../shared/visible-text.ts';
import type { Command } from '../command.ts';
import { exitCodes, printJson, UsageError } from '../io.ts';
import { withDump } from '../open-dump.ts';
import { columns } from '../text/table.ts';
import { cpuOption } from './address-argument.ts';
import { kernelAddressIn } from './kernel-address.ts';

export const addressCommand: Command = {
  name: 'address',
  summary: 'what is at an address (virtual unless an address space is named): symbol, slab object, stack, page, vmalloc area, per-CPU data, module, lowcore',
  args: ['<file>', '<address>'],
  options: [{ flags: '--cpu <number>', description: 'CPU whose prefix applies to a real address' }],
  ofKernel: true,
  example: 'dumpbench address dump.s390 cpu0.r15',
  async run(context, [file = '', typed = ''], options) {
    const { engine, io, output, style } = context;
    const named = cpuOption(options);
    const answer = await withDump(context, file, async (dump) => {
      const { space, address, cpu } = await kernelAddressIn(context, dump, typed, { cpu: named });
      if (space === 'file') throw new UsageError(`"${typed}" is a file offset, not an address of the system`);
      return engine.call('address', { dump, place: { space, address, ...defined({ cpu }) } }, { signal: io.signal });
    });
    if (output.json) printJson(io, answer);
    else {
      const rows = answer.facts.map(({ kind, text }) => [kind, visibleLine(text)]);
      const unknown = answer.missing.map(({ what, why }) => [visibleLine(what), style.dim(visibleLine(why))]);
      io.out(`${style.strong(`${answer.space} ${answer.address}`)}\n${rows.length === 0 ? 'nothing is known about it\n' : `${columns(rows)}\n`}`);
      if (unknown.length > 0) io.out(`${style.dim('not known:')}\n${columns(unknown)}\n`);
    }
    return exitCodes.fine;
  },
};
