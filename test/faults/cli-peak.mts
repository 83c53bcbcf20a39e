/** Runs the command line and leaves the largest resident size of its process, in KiB, in the file that DUMPBENCH_PEAK names. */
import { readFileSync, writeFileSync } from 'node:fs';

process.on('exit', () => {
  const path = process.env.DUMPBENCH_PEAK;
  if (path === undefined) return;
  // Of this program alone: what getrusage(2) gives begins with the size of the process that started it.
  const own = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  writeFileSync(path, own ?? String(process.resourceUsage().maxRSS));
});
await import('../../src/cli/main.ts');
