import { mostInstructions } from '../../shared/code-model.ts';
import { defined } from '../../shared/defined.ts';
import type { Command } from '../command.ts';
import { exitCodes, printJson, sayLine, UsageError } from '../io.ts';
import { withDump } from '../open-dump.ts';
import { disassemblyText } from '../text/disassembly-text.ts';
import { cpuOption, wholeNumber } from './address-argument.ts';
import { kernelAddressIn } from './kernel-address.ts';

export const disassembleCommand: Command = {
  name: 'disassemble',
  summary: 'the instructions around an address (virtual unless an address space is named), a register such as cpu0.psw, or a symbol',
  args: ['<file>', '<address>'],
  options: [
    { flags: '--count <number>', description: 'show this many instructions, starting at the address' },
    { flags: '--function', description: 'show the whole function that contains the address' },
    { flags: '--cpu <number>', description: 'CPU whose prefix applies to a real address' },
  ],
  ofKernel: true,
  example: 'dumpbench disassemble dump.s390 cpu0.psw',
  async run(context, [file = '', typed = ''], options) {
    const { engine, io, output, style } = context;
    const named = cpuOption(options);
    const count = options.count === undefined ? undefined : wholeNumber(String(options.count), '--count');
    const whole = options.function === true;
    if (count !== undefined && whole) throw new UsageError('--count and --function: name one of them');
    if (count !== undefined && (count < 1 || count > mostInstructions)) throw new UsageError(`--count: expected a number from 1 to ${mostInstructions}`);
    const answer = await withDump(context, file, async (dump) => {
      const place = await kernelAddressIn(context, dump, typed, { cpu: named });
      const { space, address, cpu } = place;
      return engine.call('disassemble', { dump, space, address, ...defined({ cpu, count }), ...(whole ? { whole } : {}) }, { signal: io.signal });
    });
    if (output.json) printJson(io, answer);
    else io.out(disassemblyText(answer, style));
    for (const { what, why } of answer.missing) sayLine(io, `not shown: ${what}: ${why}`);
    return exitCodes.fine;
  },
};
