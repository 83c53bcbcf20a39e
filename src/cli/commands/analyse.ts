/** `analyse`: the catalogue of analyses, and the rows of one. */
import { comparisonDoubt } from '../../shared/analysis-compare.ts';
import type { AnalysisRequest } from '../../shared/analysis-protocol.ts';
import { defaultRows, mostRows, type AnalysisTable, type ParameterJson, type RowJson } from '../../shared/analysis-table.ts';
import { analysisCsv, analysisCsvRows } from '../../shared/analysis-text.ts';
import { catalogue } from '../../analysis/engine/catalogue.ts';
import { analysisIds } from '../analysis-options.ts';
import type { Command, CommandContext, CommandOption, OptionValues } from '../command.ts';
import { append } from '../../shared/append.ts';
import { schemaVersion } from '../../shared/model.ts';
import { exitCodes, printJson, say, UsageError } from '../io.ts';
import { printJsonList } from '../json-list.ts';
import { withDump } from '../open-dump.ts';
import { analysisCatalogueText, analysisTableText, comparedAnalysisText, partialLines } from '../text/analysis-text.ts';
import { rowLimit } from './row-limit.ts';

/** Made only when the command runs: it loads all analyses, and other commands start without them. */
const tables = (): readonly AnalysisTable[] => catalogue().analyses;

/** Parameters of all analyses as options; one that several analyses have is one option. */
function parameterOptions(): readonly CommandOption[] {
  const named = new Map<string, (ParameterJson & { readonly id: string })[]>();
  for (const { id, parameters } of tables()) for (const one of parameters) named.set(one.name, [...(named.get(one.name) ?? []), { ...one, id }]);
  return [...named].map(([name, all]) => ({
    flags: `--${name} <${all.every(({ type }) => type === all[0]?.type) ? (all[0]?.type ?? 'text') : 'value'}>`,
    description: all
      .map(
        ({ id, about, required, choices }) =>
          `${id}: ${about}${choices === undefined ? '' : ` (${choices.join(', ')})`}${required === true ? ', required' : ''}`,
      )
      .join('; '),
    ...(all.some(({ choices }) => choices !== undefined) ? { values: { words: () => all.flatMap(({ choices }) => choices ?? []) } } : {}),
  }));
}

/** As commander names the value of an option: "--device-name" is deviceName. */
const optionKey = (name: string): string => name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

const givenParameters = (options: OptionValues): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...new Set(tables().flatMap(({ parameters }) => parameters.map(({ name }) => name)))].flatMap((name) => {
      const value = options[optionKey(name)];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );

/** The rows that differ from another dump's; a difference is not a failure here. */
async function compareWith(context: CommandContext, dump: string, other: string, request: AnalysisRequest): Promise<number> {
  const { engine, io, output, style } = context;
  // The options of opening are the first dump's.
  return withDump({ ...context, opening: { ...context.opening, volumes: [], view: 'all' } }, other, async (right) => {
    const answer = await engine.call('compareAnalysis', { left: dump, right, ...request }, { signal: io.signal });
    if (output.json) printJson(io, answer);
    else io.out(comparedAnalysisText(answer, style));
    const doubt = comparisonDoubt(answer);
    if (doubt !== undefined && output.json) say(io, output, `dumpbench: ${doubt}`);
    return exitCodes.fine;
  });
}

export const analyseCommand: Command = {
  name: 'analyse',
  summary: 'what the kernel was doing, as tables: the list of analyses, or one of them',
  args: ['<file>', '[id]'],
  argumentValues: { '[id]': { words: analysisIds } },
  get options() {
    return [
      ...parameterOptions(),
      { flags: '--with <dump>', description: 'show only the rows that differ in this other dump' },
      { flags: '--csv', description: 'comma-separated values instead of a table' },
      { flags: '--rows <number>', description: `at most this many rows, ${defaultRows} unless given` },
    ];
  },
  ofKernel: true,
  example: `dumpbench analyse vmcore
  dumpbench analyse vmcore modules
  dumpbench analyse vmcore mappings --pid 1 --csv
  dumpbench analyse before.elf modules --with after.elf`,
  async run(context, [file = '', id], options) {
    const { engine, io, output, style } = context;
    const limit = options.rows === undefined ? defaultRows : rowLimit(String(options.rows), mostRows);
    const parameters = givenParameters(options);
    if (options.csv === true && (output.json || options.with !== undefined)) throw new UsageError('--csv: only for the rows of one dump, and without --json');
    if (id === undefined) {
      const idle = [...Object.keys(parameters), ...['with', 'csv', 'rows'].filter((name) => options[name] !== undefined)];
      if (idle.length > 0) throw new UsageError(`${idle.map((name) => `--${name}`).join(', ')}: name the analysis, as in "analyse FILE modules"`);
    }
    return withDump(context, file, async (dump) => {
      if (id === undefined) {
        const { schema, analyses } = await engine.call('catalogue', {});
        if (output.json) printJson(io, { schema, analyses });
        else io.out(analysisCatalogueText(analyses, style, io.isTerminal ? io.columns : undefined));
        return exitCodes.fine;
      }
      if (typeof options.with === 'string') return compareWith(context, dump, options.with, { id, parameters });
      const document = printJsonList(io, schemaVersion, 'rows');
      const declared = tables().find((one) => one.id === id)?.columns ?? [];
      /** For the table, whose columns are as wide as their widest cell. */
      const held: RowJson[] = [];
      let begun = false as boolean;
      const write = (rows: readonly RowJson[]): void => {
        if (output.json) document.add(rows);
        else if (options.csv !== true) append(held, rows);
        else if (rows.length > 0) {
          io.out(begun ? analysisCsvRows(declared, rows) : analysisCsv(declared, rows));
          begun = true;
        }
      };
      const answer = await engine.call('analyse', { dump, id, parameters, limit, stream: true }, { signal: io.signal, onProgress: ({ rows }) => write(rows) });
      write(answer.rows);
      if (output.json) {
        const { schema: _, rows: __, ...rest } = answer;
        document.end(rest);
      } else if (options.csv !== true) io.out(analysisTableText({ ...answer, rows: held }, style));
      else if (!begun) io.out(analysisCsv(answer.columns, []));
      if (!answer.complete) for (const line of partialLines(answer)) say(io, output, line);
      return exitCodes.fine;
    });
  },
};
