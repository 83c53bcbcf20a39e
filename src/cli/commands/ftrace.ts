/** `ftrace`: the ring buffers of ftrace as the kernel's own file trace shows them. */
import type { RowJson } from '../../shared/analysis-table.ts';
import { schemaVersion } from '../../shared/model.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { catalogue } from '../../analysis/engine/catalogue.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitCodes, say, sayLine } from '../io.ts';
import { printJsonList } from '../json-list.ts';
import { withDump } from '../open-dump.ts';
import { partialLines } from '../text/analysis-text.ts';

const id = 'ftrace-text';
/** Asked for when the command is: it loads all analyses. */
const parameters = () => catalogue().analyses.find((one) => one.id === id)?.parameters ?? [];
const topInstance = 'global';
/** What one question to the engine may ask for. */
const mostLines = 1_000_000;

/** Events that the other instances hold, so that they are not overlooked. */
async function otherInstances({ engine, io }: CommandContext, dump: string): Promise<readonly string[]> {
  const { rows } = await engine.call('analyse', { dump, id: 'ftrace-buffers', limit: 1 << 16 }, { signal: io.signal });
  const events = new Map<string, number>();
  for (const { instance, entries } of rows)
    if (typeof instance === 'string' && instance !== topInstance) events.set(instance, (events.get(instance) ?? 0) + Number(entries ?? 0));
  return [...events].filter(([, count]) => count > 0).map(([name, count]) => `instance ${visibleText(name)} has ${count} events: --instance shows them`);
}

export const ftraceCommand: Command = {
  name: 'ftrace',
  summary: 'the ring buffers of ftrace, as /sys/kernel/tracing/trace shows them',
  args: ['<file>'],
  get options() {
    return parameters().map(({ name, type, about }) => ({ flags: `--${name} <${type}>`, description: about }));
  },
  ofKernel: true,
  example: `dumpbench ftrace vmcore
  dumpbench ftrace vmcore --cpu 1 --from 51.25 --to 51.3`,
  async run(context, [file = ''], options) {
    const { engine, io, output } = context;
    const given = Object.fromEntries(parameters().flatMap(({ name }) => (typeof options[name] === 'string' ? [[name, options[name]]] : [])));
    return withDump(context, file, async (dump) => {
      const document = printJsonList(io, schemaVersion, 'rows');
      const write = (rows: readonly RowJson[]): void => {
        if (output.json) document.add(rows);
        else if (rows.length > 0) io.out(rows.map(({ text }) => `${visibleText(String(text ?? ''))}\n`).join(''));
      };
      const question = { dump, id, parameters: { instance: topInstance, ...given }, limit: mostLines, stream: true };
      const answer = await engine.call('analyse', question, { signal: io.signal, onProgress: ({ rows }) => write(rows) });
      write(answer.rows);
      if (output.json) {
        const { schema: _, rows: __, ...rest } = answer;
        document.end(rest);
      }
      if (!answer.complete) for (const line of partialLines(answer)) say(io, output, line);
      if (answer.missing.some(({ what }) => what === 'rows'))
        say(io, output, `  only the first ${mostLines} lines are shown: filter them with --from, --cpu, --pid, --event and --function`);
      if (given.instance === undefined && !output.quiet) for (const line of await otherInstances(context, dump)) sayLine(io, `dumpbench: ${line}`);
      return exitCodes.fine;
    });
  },
};
