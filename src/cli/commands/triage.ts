import { errorText } from '../text/remedy-text.ts';
import { defined } from '../../shared/defined.ts';
import { ForeignFile, isDumpError, SeveralDumps } from '../../shared/dump-error.ts';
import { withKnownIssues } from '../../shared/known-issues.ts';
import { schemaVersion } from '../../shared/model.ts';
import { mostSingleCpus } from '../../shared/cpu-groups.ts';
import type { Command } from '../command.ts';
import { plainCpus } from '../cpu-pages.ts';
import { exitCodes, sayLine } from '../io.ts';
import { printJsonList } from '../json-list.ts';
import { knownIssuesOf, knownIssuesOption } from '../known-issues-option.ts';
import { namesOf, withDump } from '../open-dump.ts';
import { askCatalogue, askedCatalogueOption } from '../seen-before.ts';
import { instructionsToName } from '../../shared/place-names.ts';
import { capsuleTriageText } from '../text/capsule-triage-text.ts';
import { triageText } from '../text/summary-text.ts';

/** Several files: one that is not a dump does not hide the others, but it determines the exit code. */
export const triageCommand: Command = {
  name: 'triage',
  summary: 'overview: what the dump is, what happened, and whether it is complete; reads only headers and small structures',
  args: ['<files...>'],
  options: [
    { flags: '--all', description: `every CPU on its own line; without it, above ${mostSingleCpus} CPUs those in the same state share a line` },
    knownIssuesOption,
    askedCatalogueOption,
  ],
  ofKernel: true,
  example: 'dumpbench triage dump.s390 vmcore',
  async run(context, files, options) {
    const { engine, io, output, style } = context;
    const knownIssues = knownIssuesOf(options);
    const document = printJsonList(io, schemaVersion, 'dumps');
    let before = '';
    let code: number = exitCodes.fine;
    const catalogue = typeof options.catalogue === 'string' ? await askCatalogue(context, options.catalogue) : undefined;
    try {
      for (const file of files) {
        try {
          await withDump(context, file, async (handle) => {
            const found = await engine.call('triage', { dump: handle, ...(output.json ? { withoutCpus: true } : {}) }, { signal: io.signal });
            const verdict = withKnownIssues(found.verdict, knownIssues, found.info.kernel.release);
            const seen = await catalogue?.seen(verdict, (await engine.call('dumpKey', { dump: handle }, { signal: io.signal })).dumpKey);
            const answer = { ...found, verdict: { ...verdict, ...defined({ seen }) } };
            if (answer.logGap !== undefined && !output.quiet) sayLine(io, `dumpbench: ${file}: ${answer.logGap}`);
            if (output.json) {
              const { cpus: _, ...rest } = answer;
              await document.addWithList(rest, 'cpus', plainCpus(context, handle));
              return;
            }
            const names = await namesOf(context, handle, instructionsToName(answer.cpus));
            const text = answer.recorded === undefined ? triageText(answer, style, names, options.all === true) : capsuleTriageText(answer, style);
            io.out(`${before}${text}`);
            before = '\n';
          });
        } catch (error) {
          if (!isDumpError(error)) throw error;
          // Of a single file the error is the answer.
          if (files.length === 1 && (error instanceof ForeignFile || error instanceof SeveralDumps)) throw error;
          sayLine(io, `dumpbench: ${errorText(error)}`);
          code = exitCodes.dump;
        }
      }
    } finally {
      await catalogue?.close();
    }
    if (output.json) document.end({});
    return code;
  },
};
