/** The command line as a user who owns nothing: gives its rights up before it looks at its arguments. */
import { writeSync } from 'node:fs';
import { runCli } from '../../src/cli/run.ts';

const nobody = 65534;
process.setgroups?.([]);
process.setgid?.(nobody);
process.setuid?.(nobody);

process.exitCode = await runCli(process.argv.slice(2), {
  out: (text) => {
    writeSync(1, text);
  },
  outBytes: (bytes) => {
    writeSync(1, bytes);
  },
  err: (text) => {
    writeSync(2, text);
  },
  isTerminal: false,
  errIsTerminal: false,
  columns: 80,
  signal: new AbortController().signal,
});
