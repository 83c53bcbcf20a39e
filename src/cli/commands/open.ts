import { spawn } from 'node:child_process';
import type { Command } from '../command.ts';
import { exitCodes } from '../io.ts';
import { programScript } from '../program-script.ts';

export const openCommand: Command = {
  name: 'open',
  exitsWithThreeIf: 'without a display: a file is not a dump or cannot be read',
  summary: 'open the files in the window (without files, the sample dumps); without a display, print the triage in the terminal',
  args: ['[files...]'],
  example: 'dumpbench open before.s390 after.s390',
  run({ io, output }, files, options) {
    const flags = [...(output.json ? ['--json'] : []), ...(output.quiet ? ['--quiet'] : []), ...(options.color === false ? ['--no-color'] : [])];
    const child = spawn(process.execPath, [programScript('start'), ...flags, '--', ...files], { stdio: ['ignore', 'pipe', 'pipe'], signal: io.signal });
    return new Promise((done, fail) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        try {
          io.out(text);
        } catch (error) {
          child.kill();
          fail(error instanceof Error ? error : new Error(String(error)));
        }
      });
      child.stderr.setEncoding('utf8').on('data', io.err);
      child.on('error', (error) => {
        if (io.signal.aborted) done(exitCodes.interrupted);
        else fail(error);
      });
      child.on('close', (code) => {
        done(code ?? exitCodes.interrupted);
      });
    });
  },
};
