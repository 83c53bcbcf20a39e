/** Exports a comparison: in any report of the left dump, or alone as a JSON document for scripts. */
import type { Catalogue } from '../../shared/catalogue-model.ts';
import { defined } from '../../shared/defined.ts';
import type { IgnoreRules } from '../../shared/ignore-rules.ts';
import type { EngineLink } from '../engine/engine-link.ts';
import type { Shell } from '../shell/shell-calls.ts';
import { exportFormats, type ExportFormat } from './catalogue.ts';
import type { Jobs } from './jobs.ts';

/** Identifies the comparison to the engine. */
interface Compared {
  readonly left: string;
  readonly right: string;
  readonly exact: boolean;
  readonly shift: number;
  readonly rules?: IgnoreRules;
}

export interface ComparisonExport {
  readonly compared: Compared;
  /** Key and name of the left dump, and the name of the other one. */
  readonly dump: string;
  readonly leftName: string;
  readonly rightName: string;
  readonly format: ComparisonFormat;
  /** Ids of analyses whose rows are compared too. */
  readonly analyses: readonly string[];
}

/** `report` names the engine's report that holds the comparison; without it the comparison stands alone. */
export interface ComparisonFormat extends Pick<ExportFormat, 'id' | 'title' | 'about' | 'extension'> {
  readonly report?: Pick<ExportFormat, 'format' | 'printed'>;
}

export const comparisonAlone: ComparisonFormat = {
  id: 'comparison',
  title: 'Comparison only',
  about: 'every difference as JSON for scripts, as the command line prints it',
  extension: 'json',
};

export const comparisonFormats = (catalogue: Pick<Catalogue, 'reports'>): readonly ComparisonFormat[] => [
  ...exportFormats(catalogue)
    .filter(({ kind }) => kind === 'report')
    .map((report) => ({ ...report, report })),
  comparisonAlone,
];

const longestName = 100;

/** Two dumps of the same name are distinguished by their labels in the window. */
export function suggestedName(leftName: string, rightName: string, extension: string): string {
  const plain = (name: string): string => name.replaceAll(/[^\w.+-]+/g, '-').slice(0, longestName);
  return `${plain(leftName)}-to-${plain(rightName)}.compare.${extension}`;
}

/** Runs it as a job; the shell reports where it was saved. */
export function exportComparison(
  { engine, jobs, shell }: { readonly engine: Pick<EngineLink, 'call'>; readonly jobs: Pick<Jobs, 'run'>; readonly shell: Pick<Shell, 'call'> },
  { compared, dump, leftName, rightName, format, analyses }: ComparisonExport,
): void {
  const title = `Comparison with ${rightName}`;
  jobs.run({ kind: 'report', title, dump, dumpName: leftName }, async (how) => {
    const name = { suggestedName: suggestedName(leftName, rightName, format.extension), title: 'Save the comparison' };
    const asked = analyses.map((id) => ({ id }));
    const save = async (): Promise<{ readonly path?: string | undefined }> => {
      const { report } = format;
      if (report === undefined) {
        const document = await engine.call('compare', { ...compared, analyses: asked }, how);
        return shell.call('saveText', { kind: 'report', text: `${JSON.stringify(document, undefined, 2)}\n`, ...name });
      }
      const { left, right, exact, shift, rules } = compared;
      const { text } = await engine.call(
        'report',
        {
          dump: left,
          with: right,
          exact,
          shift,
          ...defined({ rules }),
          format: report.format,
          quick: true,
          analyses: asked,
          ...(report.printed === true ? { paper: 'a4' } : {}),
        },
        how,
      );
      return report.printed === true ? shell.call('savePdf', { html: text, ...name }) : shell.call('saveText', { kind: 'report', text, ...name });
    };
    const { path } = await save();
    return path === undefined ? 'not saved: the dialog was dismissed' : `saved as ${path}`;
  });
}
