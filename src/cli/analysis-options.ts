/** Analyses as options name them: "modules", "mappings,pid=1". */
import { catalogue } from '../analysis/engine/catalogue.ts';
import type { AnalysisRequest } from '../shared/analysis-protocol.ts';
import type { CommandOption, OptionValues } from './command.ts';
import { UsageError } from './io.ts';

/** Loaded only for completion: other commands start without the analyses. */
export const analysisIds = (): readonly string[] => catalogue().analyses.map(({ id }) => id);

export const analysisOption: CommandOption = {
  flags: '--analysis <id>',
  description: 'also include this analysis, with its parameters after commas: mappings,pid=1; may be given several times',
  repeatable: true,
  values: { words: analysisIds },
};

/** @throws UsageError for anything but a name or a parameter */
export function analysesOption({ analysis }: OptionValues): AnalysisRequest[] {
  return (Array.isArray(analysis) ? (analysis as readonly string[]) : []).map((typed) => {
    const [id = '', ...given] = typed.split(',').map((part) => part.trim());
    const parameters = given.map((part) => {
      const match = /^([a-z][a-z0-9-]*)=(.+)$/i.exec(part);
      if (match?.[1] === undefined || match[2] === undefined) throw new UsageError(`--analysis: "${part}" is not NAME=VALUE, as in mappings,pid=1`);
      return [match[1], match[2]] as const;
    });
    return { id, ...(parameters.length === 0 ? {} : { parameters: Object.fromEntries(parameters) }) };
  });
}
