import type { Command } from '../command.ts';
import { evidenceOf, evidenceOptions } from '../evidence-options.ts';
import { exitCodes, printJson } from '../io.ts';
import { withDump } from '../open-dump.ts';
import { progressLine } from '../progress-line.ts';
import { checkLines, findingLines, healthLine } from '../text/summary-text.ts';

export const verifyCommand: Command = {
  name: 'verify',
  summary: 'integrity checks; exit code 1 when one fails',
  args: ['<file>'],
  options: [{ flags: '--quick', description: 'leave out what reads the whole dump: digests and scans' }, ...evidenceOptions],
  example: 'dumpbench verify dump.s390 --quick',
  async run(context, [file = ''], options) {
    const { engine, io, output, style } = context;
    const evidence = evidenceOf(options);
    const progress = progressLine(io, output);
    return withDump(context, file, async (dump) => {
      try {
        const answer = await engine.call(
          'verify',
          { dump, quick: options.quick === true, ...evidence },
          {
            signal: io.signal,
            onProgress: (value) => {
              progress.update(value);
            },
          },
        );
        progress.clear();
        if (output.json) printJson(io, answer);
        else {
          io.out(`${healthLine(answer.summary, style)}\n${checkLines(answer.checks, style)}\n`);
          const findings = answer.checks.flatMap((check) => check.findings ?? []);
          if (findings.length > 0) io.out(`\n${findingLines(findings, style)}\n`);
          if (answer.digests.file !== undefined) io.out(`\nfile SHA-256  ${answer.digests.file}\n`);
          if (answer.digests.memoryRoot !== undefined) io.out(`memory root   ${answer.digests.memoryRoot}\n`);
        }
        return answer.summary.failed > 0 ? exitCodes.difference : exitCodes.fine;
      } finally {
        progress.clear();
      }
    });
  },
};
