/** Runs the command line and leaves the largest resident size of its process, in KiB, in the file that DUMPBENCH_PEAK names. */
import { writeFileSync } from 'node:fs';

process.on('exit', () => {
  const path = process.env.DUMPBENCH_PEAK;
  if (path !== undefined) writeFileSync(path, String(process.resourceUsage().maxRSS));
});
await import('../../src/cli/main.ts');
