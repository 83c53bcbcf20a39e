import { defined } from '../../shared/defined.ts';
import { namePattern } from '../../shared/name-pattern.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitCodes, printJson, UsageError } from '../io.ts';
import { withDump } from '../open-dump.ts';
import { structText, typeNamesText } from '../text/type-text.ts';
import { wholeNumber } from './address-argument.ts';
import { kernelAddressIn } from './kernel-address.ts';

const maxDepth = 8;

/** Names of types instead of one type: all, or those that a pattern with `*` means. */
async function listNames(context: CommandContext, file: string, pattern: string | undefined, owner: { readonly module?: string }): Promise<number> {
  const answer = await withDump(context, file, (dump) => context.engine.call('typeNames', { dump, ...owner }, { signal: context.io.signal }));
  const glob = pattern === undefined ? undefined : namePattern(pattern);
  // "ext4:name" is listed under its name too.
  const wanted = answer.names.filter((name) => glob === undefined || glob.test(name) || glob.test(name.replace(/^[\w-]+:/, '')));
  if (context.output.json) printJson(context.io, { ...answer, names: wanted });
  else context.io.out(typeNamesText({ ...answer, names: wanted }, context.style));
  return exitCodes.fine;
}

export const structCommand: Command = {
  name: 'struct',
  summary: 'a type of the kernel or of a module: its members and offsets, and with an address or a symbol their values (needs BTF in the dump)',
  args: ['<file>', '[name]', '[address]'],
  options: [
    {
      flags: '--depth <number>',
      description: 'expand nested structs to this depth (without it not at all; with an address, small structs are expanded whole)',
    },
    { flags: '--module <name>', description: 'module that defines the type, if several do; without a type name, list all types of the module' },
  ],
  ofKernel: true,
  example: 'dumpbench struct vmcore task_struct.comm init_task',
  async run(context, [file = '', name, typed], options) {
    const owner = options.module === undefined ? {} : { module: String(options.module) };
    if (name === undefined || name.includes('*')) return listNames(context, file, name, owner);
    const depth = options.depth === undefined ? undefined : wholeNumber(String(options.depth), '--depth');
    if (depth !== undefined && depth > maxDepth) throw new UsageError(`--depth: at most ${maxDepth}`);
    const { signal } = context.io;
    const answer = await withDump(context, file, async (dump) => {
      const params = { dump, name, ...defined({ depth }), ...owner };
      if (typed === undefined) return context.engine.call('struct', params, { signal });
      const place = await kernelAddressIn(context, dump, typed);
      if (place.space !== 'virtual') throw new UsageError(`"${typed}" is an address in ${place.space} space; the kernel's structures have virtual addresses`);
      return context.engine.call('struct', { ...params, address: place.address }, { signal });
    });
    if (context.output.json) printJson(context.io, answer);
    else context.io.out(structText(answer, context.style));
    return exitCodes.fine;
  },
};
