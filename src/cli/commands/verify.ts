import type { Command } from '../command.ts';
import { evidenceOf, evidenceOptions } from '../evidence-options.ts';
import { exitCodes, printJson, say, UsageError } from '../io.ts';
import { withDump } from '../open-dump.ts';
import { progressLine } from '../progress-line.ts';
import { checkLines, findingLines, healthLine } from '../text/summary-text.ts';

export const verifyCommand: Command = {
  name: 'verify',
  exitsWithOneIf: 'a check failed',
  summary: 'integrity checks; exit code 1 when one fails',
  args: ['<file>'],
  ofKernel: true,
  options: [
    { flags: '--quick', description: 'leave out digests and scans, which read the whole dump' },
    { flags: '--index <file>', description: 'compare all rows of this page index with the dump; the index is not modified' },
    ...evidenceOptions,
  ],
  example: 'dumpbench verify dump.s390 --quick',
  async run(context, [file = ''], options) {
    const { engine, io, output, style } = context;
    const evidence = evidenceOf(options);
    const quick = options.quick === true;
    if (typeof options.index === 'string' && quick) throw new UsageError('--index compares every page of the dump, which --quick leaves out');
    const index = typeof options.index === 'string' ? { path: options.index } : {};
    const progress = progressLine(io, output);
    return withDump(context, file, async (dump) => {
      try {
        const answer = await engine.call(
          'verify',
          { dump, quick, ...index, ...evidence },
          {
            signal: io.signal,
            onProgress: (value) => {
              progress.update(value);
            },
          },
        );
        progress.clear();
        const missing = answer.digestsMissing;
        // Without a failure nothing is wrong in what could be read; whether all of it could be read is a separate question.
        const code = answer.summary.failed > 0 ? exitCodes.difference : missing?.file === undefined ? exitCodes.fine : exitCodes.dump;
        io.decided?.(code);
        if (output.json) printJson(io, answer);
        else {
          io.out(`${healthLine(answer.summary, style)}\n${checkLines(answer.checks, style)}\n`);
          const findings = answer.checks.flatMap((check) => check.findings ?? []);
          if (findings.length > 0) io.out(`\n${findingLines(findings, style)}\n`);
          const { file, memoryRoot } = answer.digests;
          if (file !== undefined) io.out(`\nfile SHA-256  ${file}\n`);
          if (memoryRoot !== undefined) io.out(`memory root   ${memoryRoot}\n`);
        }
        if (missing?.file !== undefined) say(io, output, `no SHA-256 of the file: ${missing.file}`);
        if (missing?.memoryRoot !== undefined) say(io, output, `no memory root: ${missing.memoryRoot}`);
        return code;
      } finally {
        progress.clear();
      }
    });
  },
};
