import { numberingWords } from '../../shared/cpu-registers.ts';
import { defined } from '../../shared/defined.ts';
import { asceSources, type TranslateJson } from '../../shared/memory-model.ts';
import { visibleLine } from '../../shared/visible-text.ts';
import type { Command } from '../command.ts';
import { addressIn, cpuOption } from './address-argument.ts';
import { exitCodes, printJson, UsageError } from '../io.ts';
import { withDump } from '../open-dump.ts';
import type { Style } from '../text/style.ts';
import { columns } from '../text/table.ts';

function translateText(answer: TranslateJson, style: Style): string {
  const whose =
    answer.cpu === undefined || answer.numbering === undefined ? '' : style.dim(`in the space of CPU ${answer.cpu} (${numberingWords[answer.numbering]})\n`);
  const head = `${whose}${answer.asce === undefined ? '' : `${answer.address} through ${answer.asce.source}: ${answer.asce.decoded}\n`}`;
  const rows = answer.steps.map((step) => [step.table, `[${step.index}]`, `at ${step.entryAddress}`, step.entry, visibleLine(step.decoded)]);
  const prefixed = answer.real === undefined || answer.real === answer.absolute ? '' : `real ${answer.real}, by prefixing `;
  const forbidden = answer.protection === undefined ? '' : style.dim(`  ${answer.protection.join(', ')}`);
  const end =
    answer.absolute === undefined
      ? style.bad(visibleLine(answer.failure ?? 'not translated'))
      : `${prefixed}absolute ${style.strong(answer.absolute)}${forbidden}`;
  return `${head}${rows.length === 0 ? '' : `${columns(rows)}\n`}${end}\n`;
}

export const translateCommand: Command = {
  name: 'translate',
  summary: 'the page-table walk of a virtual address, step by step',
  args: ['<file>', '<address>'],
  ofKernel: true,
  options: [
    { flags: '--cpu <number>', description: 'walk the home space of this CPU (CR13), and apply its prefix' },
    {
      flags: '--asce <element>',
      description: `walk the tables of this address-space-control element (0x...; on x86_64 a CR3 value), or of one of ${asceSources.join(', ')}`,
      values: { words: () => asceSources },
    },
  ],
  example: 'dumpbench translate dump.s390 cpu0.psw',
  async run(context, [file = '', typed = ''], options) {
    const cpu = cpuOption(options);
    const given = options.asce === undefined ? undefined : String(options.asce);
    const space = asceSources.find((name) => name === given);
    if (given !== undefined && space === undefined && !/^0x[0-9a-f]{1,16}$/i.test(given))
      throw new UsageError(`--asce: "${given}" is neither a hexadecimal number nor one of ${asceSources.join(', ')}`);
    const answer = await withDump(context, file, async (dump) => {
      const place = await addressIn(context, dump, typed, 'virtual', cpu);
      if (place.space !== 'virtual') throw new UsageError(`"${typed}" is an address in ${place.space} space; only virtual addresses are translated`);
      const params = {
        dump,
        address: place.address,
        ...defined({ cpu: place.cpu }),
        ...(space === undefined ? (given === undefined ? {} : { asce: BigInt(given) }) : { space }),
      };
      return context.engine.call('translate', params, { signal: context.io.signal });
    });
    if (context.output.json) printJson(context.io, answer);
    else context.io.out(translateText(answer, context.style));
    return exitCodes.fine;
  },
};
