import type { Annotation } from '../../shared/annotation-model.ts';
import { analysesOption, analysisOption } from '../analysis-options.ts';
import { papers, usualAnalyses, type Paper } from '../../shared/integrity-protocol.ts';
import type { Command, CommandContext, OptionValues } from '../command.ts';
import { evidenceOf, evidenceOptions } from '../evidence-options.ts';
import { readRules } from '../ignore-rules-file.ts';
import { exitCodes, UsageError } from '../io.ts';
import { withDump } from '../open-dump.ts';
import { knownIssuesOf, knownIssuesOption } from '../known-issues-option.ts';
import { formatIdsOf, formatsOf, sectionIds } from '../text/catalogue-text.ts';
import { outputOptions, resultTarget } from '../output.ts';
import { printPdf } from '../print-pdf.ts';
import { progressLine } from '../progress-line.ts';
import { redactionOf, redactOption } from '../redact-option.ts';
import { readTemplate } from '../template-folder.ts';
import { sessionOn, sessionOption } from '../session-file.ts';
import { defined } from '../../shared/defined.ts';

/** @throws UsageError for another size */
function paperOf({ paper }: OptionValues): Paper | undefined {
  if (paper === undefined) return undefined;
  const found = papers.find((one) => one === paper);
  if (found === undefined) throw new UsageError(`--paper: expected ${papers.join(' or ')}`);
  return found;
}

export const reportCommand: Command = {
  name: 'report',
  summary: 'an integrity report to share, optionally with a comparison',
  args: ['<file>'],
  ofKernel: true,
  get options() {
    return [
      {
        flags: '--format <format>',
        description: `${formatsOf('report')}; pdf, with Chromium, Chrome or Edge in PATH, or with the desktop program and a display`,
        default: 'html',
        values: { words: () => [...formatIdsOf('report'), 'pdf'] },
      },
      { flags: '--template <folder>', description: 'folder with a template.json: logo, colours, contact and texts of your organisation' },
      { flags: '--paper <size>', description: 'paper size of a pdf: a4 or letter', values: { words: () => ['a4', 'letter'] } },
      ...outputOptions,
      { flags: '--quick', description: 'leave out digests and scans, which read the whole dump' },
      { flags: '--with <dump>', description: 'also compare with another dump' },
      { flags: '--ignore <rules>', description: 'JSON file of rules: differences to ignore in that comparison' },
      { flags: '--session <file>', description: 'session file of the window (*.dumpbench.json) whose annotations on this dump are included' },
      {
        flags: '--sections <ids>',
        description: `sections of the report, separated by commas: ${sectionIds().join(', ')}`,
        values: { words: sectionIds, isList: true },
      },
      redactOption,
      knownIssuesOption,
      { ...analysisOption, description: `${analysisOption.description}; default: ${usualAnalyses.join(', ')}` },
      ...evidenceOptions,
    ];
  },
  example: 'dumpbench report dump.s390 --format html -o report.html',
  async run(context, [file = ''], options) {
    const { engine, io, output } = context;
    const isPdf = options.format === 'pdf';
    const target = resultTarget(options, 'report');
    if (!isPdf && /\.pdf$/i.test(String(options.output)))
      throw new UsageError(`-o ${String(options.output)}: the report would be ${String(options.format)}: give --format pdf, or another name`);
    if (isPdf && target.isStandardOutput) throw new UsageError('--format pdf needs a file: name it by -o');
    const paper = paperOf(options);
    const template = typeof options.template === 'string' ? readTemplate(options.template) : undefined;
    const other = typeof options.with === 'string' ? options.with : undefined;
    if (other === undefined && options.ignore !== undefined) throw new UsageError('--ignore belongs to a comparison: name the other dump by --with');
    const rules = typeof options.ignore === 'string' ? { rules: readRules(options.ignore) } : {};
    const knownIssues = knownIssuesOf(options);
    const analyses = analysesOption(options);
    const sections = typeof options.sections === 'string' ? options.sections.split(',').map((id) => id.trim()) : undefined;
    const redact = redactionOf(options);
    const evidence = evidenceOf(options);
    const session = sessionOption(options);
    const progress = progressLine(io, output);
    const make = (dump: string, annotations: readonly Annotation[], compareWith?: string): Promise<{ text: string }> =>
      engine.call(
        'report',
        {
          dump,
          format: isPdf ? 'html' : String(options.format),
          quick: options.quick === true,
          ...evidence,
          ...(knownIssues === undefined ? {} : { knownIssues: [...knownIssues] }),
          ...(analyses.length === 0 ? {} : { analyses }),
          ...defined({ template }),
          ...(paper === undefined ? (isPdf ? { paper: 'a4' as const } : {}) : { paper }),
          ...(sections === undefined ? {} : { sections: [...sections] }),
          ...defined({ redact }),
          ...(annotations.length === 0 ? {} : { annotations: [...annotations] }),
          ...(compareWith === undefined ? {} : { with: compareWith, ...rules }),
        },
        {
          signal: io.signal,
          onProgress: (value) => {
            progress.update(value);
          },
        },
      );
    // The options of opening are the reported dump's.
    const plain: CommandContext = { ...context, opening: { volumes: [], view: 'all', said: {}, attachments: {} } };
    const report = await withDump(context, file, async (dump, identity) => {
      const annotations = session === undefined ? [] : (await sessionOn(context, session, dump, identity)).annotations;
      return other === undefined ? make(dump, annotations) : withDump(plain, other, (one) => make(dump, annotations, one));
    }).finally(() => {
      progress.clear();
    });
    target.write(io, output, isPdf ? await printPdf(report.text, io.signal) : report.text);
    return exitCodes.fine;
  },
};
