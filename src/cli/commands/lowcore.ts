import type { Command } from '../command.ts';
import { addressIn, cpuOption, numberedCpu } from './address-argument.ts';
import { exitCodes, printJson, UsageError } from '../io.ts';
import { namesOf, withDump } from '../open-dump.ts';
import { lowcoresText } from '../text/lowcore-text.ts';
import { defined } from '../../shared/defined.ts';
import { fieldAddress } from '../../shared/place-names.ts';

export const lowcoreCommand: Command = {
  name: 'lowcore',
  summary: 'lowcores of the CPUs, every field with its meaning (s390x)',
  args: ['<file>'],
  ofKernel: true,
  options: [
    { flags: '--cpu <number>', description: 'only the lowcore of this CPU' },
    { flags: '--address <address>', description: 'the lowcore at this absolute address' },
    { flags: '--layout <kernel>', description: 'use the layout of this kernel ("6.1") instead of the best match' },
    { flags: '--all', description: 'show fields that are zero too' },
  ],
  example: 'dumpbench lowcore dump.s390 --cpu 0',
  async run(context, [file = ''], options) {
    if (options.cpu !== undefined && options.address !== undefined) throw new UsageError('--cpu and --address: name one of them');
    const cpu = cpuOption(options);
    const { answer, names } = await withDump(context, file, async (dump) => {
      if (cpu !== undefined) numberedCpu(await context.engine.call('cpus', { dump }), cpu);
      const place = options.address === undefined ? undefined : await addressIn(context, dump, String(options.address), 'absolute');
      if (place !== undefined && place.space !== 'absolute') throw new UsageError(`--address: "${String(options.address)}" is not an absolute address`);
      const params = {
        dump,
        ...defined({ cpu }),
        ...(place === undefined ? {} : { address: place.address }),
        ...(options.layout === undefined ? {} : { layout: String(options.layout) }),
      };
      const answer = await context.engine.call('lowcore', params, { signal: context.io.signal });
      const addresses = answer.cpus.flatMap(({ fields }) => fields.flatMap((field) => fieldAddress(field) ?? []));
      return { answer, names: context.output.json ? undefined : await namesOf(context, dump, addresses) };
    });
    if (context.output.json) printJson(context.io, answer);
    else context.io.out(lowcoresText(answer, context.style, options.all === true, names));
    return exitCodes.fine;
  },
};
