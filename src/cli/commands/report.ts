import type { Annotation } from '../../shared/annotation-model.ts';
import { analysesOption, analysisOption } from '../analysis-options.ts';
import type { Command, CommandContext } from '../command.ts';
import { evidenceOf, evidenceOptions } from '../evidence-options.ts';
import { readRules } from '../ignore-rules-file.ts';
import { exitCodes, say, UsageError } from '../io.ts';
import { withDump } from '../open-dump.ts';
import { knownIssuesOf, knownIssuesOption } from '../known-issues-option.ts';
import { formatsOf, sectionsText } from '../text/catalogue-text.ts';
import { outputOptions, resultTarget } from '../output.ts';
import { progressLine } from '../progress-line.ts';
import { redactionOf, redactOption } from '../redact-option.ts';
import { readSessionFile, sessionAnnotations } from '../session-file.ts';

export const reportCommand: Command = {
  name: 'report',
  summary: 'an integrity report to hand on, with a comparison if wanted',
  args: ['<file>'],
  ofKernel: true,
  get options() {
    return [
      { flags: '--format <format>', description: formatsOf('report'), default: 'html' },
      ...outputOptions,
      { flags: '--quick', description: 'without the digests and scans that read the whole dump' },
      { flags: '--with <dump>', description: 'also compare with another dump' },
      { flags: '--ignore <rules>', description: 'JSON file of rules: what does not count in that comparison' },
      { flags: '--session <file>', description: 'session of the window (*.dumpbench.json) whose annotations on this dump are to stand in the report' },
      { flags: '--sections <ids>', description: `what is in it, with commas between: ${sectionsText()}` },
      redactOption,
      knownIssuesOption,
      { ...analysisOption, description: `${analysisOption.description}; without it problems, hangs and memory` },
      ...evidenceOptions,
    ];
  },
  example: 'dumpbench report dump.s390 --format html -o report.html',
  async run(context, [file = ''], options) {
    const { engine, io, output } = context;
    const target = resultTarget(options, 'report');
    const other = typeof options.with === 'string' ? options.with : undefined;
    if (other === undefined && options.ignore !== undefined) throw new UsageError('--ignore belongs to a comparison: name the other dump by --with');
    const rules = typeof options.ignore === 'string' ? { rules: readRules(options.ignore) } : {};
    const knownIssues = knownIssuesOf(options);
    const analyses = analysesOption(options);
    const sections = typeof options.sections === 'string' ? options.sections.split(',').map((id) => id.trim()) : undefined;
    const redact = redactionOf(options);
    const evidence = evidenceOf(options);
    const sessionPath = typeof options.session === 'string' ? options.session : undefined;
    const session = sessionPath === undefined ? undefined : readSessionFile(sessionPath);
    const progress = progressLine(io, output);
    const make = (dump: string, annotations: readonly Annotation[], compareWith?: string): Promise<{ text: string }> =>
      engine.call(
        'report',
        {
          dump,
          format: String(options.format),
          quick: options.quick === true,
          ...evidence,
          ...(knownIssues === undefined ? {} : { knownIssues: [...knownIssues] }),
          ...(analyses.length === 0 ? {} : { analyses }),
          ...(sections === undefined ? {} : { sections: [...sections] }),
          ...(redact === undefined ? {} : { redact }),
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
    const annotationsOn = async (dump: string, identity: string): Promise<readonly Annotation[]> => {
      if (session === undefined || sessionPath === undefined) return [];
      const { dumpKey } = await engine.call('dumpKey', { dump }, { signal: io.signal });
      return sessionAnnotations(sessionPath, session, { identity, dumpKey }, context.opening.view, (warning) => say(io, output, `dumpbench: ${warning}`));
    };
    const report = await withDump(context, file, async (dump, identity) => {
      const annotations = await annotationsOn(dump, identity);
      return other === undefined ? make(dump, annotations) : withDump(plain, other, (one) => make(dump, annotations, one));
    }).finally(() => {
      progress.clear();
    });
    target.write(io, output, report.text);
    return exitCodes.fine;
  },
};
