/** Commands that decode one structure each and print it. */
import type { EngineProtocol } from '../../shared/engine-protocol.ts';
import type { Result } from '../../shared/rpc.ts';
import type { Command, CommandContext } from '../command.ts';
import { cpuPages } from '../cpu-pages.ts';
import { attachmentFlags } from '../attachment-options.ts';
import { columns } from '../text/table.ts';
import { visibleLine } from '../../shared/visible-text.ts';
import type { BesideAnswer } from '../../shared/beside-model.ts';
import { exitCodes, printJson } from '../io.ts';
import { printJsonList } from '../json-list.ts';
import { cpuOption, numberedCpu } from './address-argument.ts';
import { namesOf, withDump } from '../open-dump.ts';
import { addressesToName, instructionsToName } from '../../shared/place-names.ts';
import { infoText } from '../text/summary-text.ts';
import { cpuGroupsText, cpusText } from '../text/cpu-text.ts';
import { mostSingleCpus } from '../../shared/cpu-groups.ts';
import type { CpuJson } from '../../shared/cpu-model.ts';
import type { CpuNumbering } from '../../shared/cpu-registers.ts';
import { schemaVersion } from '../../shared/model.ts';
import { osInfoText } from '../text/structure-text.ts';
import type { Style } from '../text/style.ts';

type StructureMethod = 'osinfo';

function structureCommand<M extends StructureMethod>(
  method: M,
  words: Pick<Command, 'summary' | 'alias' | 'ofKernel'>,
  render: (answer: Result<EngineProtocol, M>, style: Style) => string,
  opening: { readonly inPart?: boolean } = {},
): Command {
  return {
    name: method,
    ...words,
    args: ['<file>'],
    example: `dumpbench ${method} dump.s390 --json`,
    async run(context, [file = '']) {
      const answer = await withDump(context, file, (dump) => context.engine.call(method, { dump }, { signal: context.io.signal }), opening);
      if (context.output.json) printJson(context.io, answer);
      else context.io.out(render(answer, context.style));
      return exitCodes.fine;
    },
  };
}

/** Listed with the option that attaches each, unless it is attached already. */
function besideText({ files, partly }: BesideAnswer, style: Style): string {
  const rows = files.map(({ file, what, attach }) => [visibleLine(file), visibleLine(what), `${attachmentFlags[attach]} FILE`]);
  const more = partly === undefined ? '' : style.dim(`  ${visibleLine(partly)}\n`);
  return rows.length === 0 && partly === undefined
    ? ''
    : `\n${style.strong('Next to this dump (not used)')}\n${columns(rows)}${rows.length === 0 ? '' : '\n'}${more}`;
}

export const infoCommand: Command = {
  name: 'info',
  summary: 'container, machine, memory, kernel and times, each fact with its source, and attachable files next to the dump',
  args: ['<file>'],
  ofKernel: true,
  example: 'dumpbench info dump.s390 --json',
  async run(context, [file = '']) {
    const { engine, io, output, style } = context;
    const options = { signal: io.signal };
    const answer = await withDump(
      context,
      file,
      async (dump) => ({ info: await engine.call('info', { dump }, options), beside: await engine.call('beside', { dump }, options) }),
      { inPart: true },
    );
    const attached = new Set(answer.info.kernel.attached?.map((one) => one.file));
    const beside = { ...answer.beside, files: answer.beside.files.filter((one) => !attached.has(one.file)) };
    const files = beside.files.map(({ path: _, ...one }) => one);
    if (output.json) printJson(io, files.length === 0 ? answer.info : { ...answer.info, beside: files });
    else io.out(infoText(answer.info, style) + besideText(beside, style));
    return exitCodes.fine;
  },
};
export const osinfoCommand = structureCommand('osinfo', { summary: 'the hand-over block os_info (s390x)', alias: 'meminfo' }, osInfoText);

async function printAllCpus(context: CommandContext, dump: string): Promise<void> {
  const list = printJsonList(context.io, schemaVersion, 'cpus');
  let numbering: CpuNumbering = 'id';
  for await (const page of cpuPages(context, dump)) {
    list.add(page.cpus);
    numbering = page.numbering;
  }
  list.end({ numbering });
}

export const cpusCommand: Command = {
  name: 'cpus',
  summary: 'registers of every CPU',
  args: ['<file>'],
  ofKernel: true,
  options: [
    { flags: '--cpu <number>', description: 'only this CPU' },
    { flags: '--all', description: `registers of each CPU; without it, above ${mostSingleCpus} CPUs those in the same state share a line` },
  ],
  example: 'dumpbench cpus dump.s390 --cpu 0',
  async run(context, [file = ''], options) {
    const wanted = cpuOption(options);
    const grouped = (cpus: readonly CpuJson[]): boolean => options.all !== true && cpus.length > mostSingleCpus;
    if (context.output.json && wanted === undefined) {
      await withDump(context, file, (dump) => printAllCpus(context, dump));
      return exitCodes.fine;
    }
    const { all, cpus, names } = await withDump(context, file, async (dump) => {
      const answer = await context.engine.call('cpus', { dump }, { signal: context.io.signal });
      const chosen = wanted === undefined ? answer.cpus : [numberedCpu(answer, wanted)];
      // A line of a group names only the instruction.
      const addresses = grouped(chosen) ? instructionsToName(chosen) : addressesToName(chosen);
      return { all: answer, cpus: chosen, names: context.output.json ? undefined : await namesOf(context, dump, addresses) };
    });
    if (context.output.json) printJson(context.io, { ...all, cpus });
    else context.io.out((grouped(cpus) ? cpuGroupsText : cpusText)({ ...all, cpus }, context.style, names));
    return exitCodes.fine;
  },
};
