/** `regions`: what the container records about memory, with the important structures in it. */
import { defined } from '../../shared/defined.ts';
import { schemaVersion } from '../../shared/model.ts';
import type { RegionJson, RegionsJson } from '../../shared/structure-model.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitCodes, printJson, say } from '../io.ts';
import { printJsonList } from '../json-list.ts';
import { withDump } from '../open-dump.ts';
import { regionsText } from '../text/structure-text.ts';
import { rangeArgument } from './address-argument.ts';

/** Exact ranges page by page: a filtered dump of a large system has millions. */
async function* exactPages(
  context: CommandContext,
  dump: string,
  range: { readonly start?: bigint; readonly end?: bigint },
): AsyncGenerator<readonly RegionJson[]> {
  for (let { start } = range; ;) {
    const page = await context.engine.call('regions', { dump, exact: true, ...range, ...defined({ start }) }, { signal: context.io.signal });
    yield page.regions;
    if (page.next === undefined) return;
    start = BigInt(page.next);
  }
}

async function printExact(context: CommandContext, pages: AsyncGenerator<readonly RegionJson[]>): Promise<void> {
  const { io, output } = context;
  const document = printJsonList(io, schemaVersion, 'regions');
  let first = true;
  for await (const regions of pages) {
    if (output.json) document.add(regions);
    else io.out(regionsText(regions, first));
    first = false;
  }
  if (output.json) document.end({});
}

function summaryNote(context: CommandContext, answer: RegionsJson): void {
  if (answer.summarized === true) say(context.io, context.output, 'ranges of memory are combined, because there are more than 4096; --exact lists each one');
}

export const regionsCommand: Command = {
  name: 'regions',
  summary: 'memory regions: stored, excluded, missing; crashkernel, lowcores',
  ofKernel: true,
  args: ['<file>'],
  options: [
    { flags: '--range <range>', description: 'only regions that overlap these absolute addresses: 0x1000-0x2000, end exclusive' },
    { flags: '--exact', description: "every range as it is in the container, without the kernel's structures" },
  ],
  example: 'dumpbench regions dump.kdump --range 0x0-0x40000000 --exact',
  async run(context, [file = ''], options) {
    await withDump(context, file, async (dump) => {
      const range = typeof options.range === 'string' ? await rangeArgument(context, dump, options.range) : {};
      if (options.exact === true) {
        await printExact(context, exactPages(context, dump, range));
        return;
      }
      const answer = await context.engine.call('regions', { dump, ...range }, { signal: context.io.signal });
      if (context.output.json) printJson(context.io, answer);
      else context.io.out(regionsText(answer.regions));
      summaryNote(context, answer);
    });
    return exitCodes.fine;
  },
};
