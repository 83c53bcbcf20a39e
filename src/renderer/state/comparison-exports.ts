/** Handing on a comparison: in a report of the left dump, or as the document that scripts read. */
import { defined } from '../../shared/defined.ts';
import type { IgnoreRules } from '../../shared/ignore-rules.ts';
import type { EngineLink } from '../engine/engine-link.ts';
import type { Shell } from '../shell/shell-calls.ts';
import type { Jobs } from './jobs.ts';

/** What names the comparison to the engine. */
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

export const comparisonFormats = ['html', 'pdf', 'markdown', 'json'] as const;
export type ComparisonFormat = (typeof comparisonFormats)[number];

const extensions: Readonly<Record<ComparisonFormat, string>> = { html: 'html', pdf: 'pdf', markdown: 'md', json: 'json' };
const longestName = 100;

/** Two dumps of one name are told apart by what the window calls them. */
export function suggestedName(leftName: string, rightName: string, format: ComparisonFormat): string {
  const plain = (name: string): string => name.replaceAll(/[^\w.+-]+/g, '-').slice(0, longestName);
  return `${plain(leftName)}-to-${plain(rightName)}.compare.${extensions[format]}`;
}

/** Runs it as a job; the shell says where it was saved. */
export function exportComparison(
  { engine, jobs, shell }: { readonly engine: Pick<EngineLink, 'call'>; readonly jobs: Pick<Jobs, 'run'>; readonly shell: Pick<Shell, 'call'> },
  { compared, dump, leftName, rightName, format, analyses }: ComparisonExport,
): void {
  const title = `Comparison with ${rightName}`;
  jobs.run({ kind: 'report', title, dump, dumpName: leftName }, async (how) => {
    const name = { suggestedName: suggestedName(leftName, rightName, format), title: 'Save the comparison' };
    const asked = analyses.map((id) => ({ id }));
    const save = async (): Promise<{ readonly path?: string | undefined }> => {
      if (format === 'json') {
        const document = await engine.call('compare', { ...compared, analyses: asked }, how);
        return shell.call('saveText', { kind: 'report', text: `${JSON.stringify(document, undefined, 2)}\n`, ...name });
      }
      const { left, right, exact, shift, rules } = compared;
      const { text } = await engine.call(
        'report',
        { dump: left, with: right, exact, shift, ...defined({ rules }), format: format === 'pdf' ? 'html' : format, quick: true, analyses: asked },
        how,
      );
      return format === 'pdf' ? shell.call('savePdf', { html: text, ...name }) : shell.call('saveText', { kind: 'report', text, ...name });
    };
    const { path } = await save();
    return path === undefined ? 'not saved: the dialog was dismissed' : `saved as ${path}`;
  });
}
