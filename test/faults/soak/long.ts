/** `npm run soak [-- MINUTES]`: the engine of soak.ts for twenty minutes, and a table of what it held. Ends with 1 where something grew beyond its bound. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { figures, soak, thirdsOf, whatGrows } from './soak.ts';

const minutes = Number(process.argv[2] ?? 20);
if (!(minutes > 0)) throw new Error(`"${process.argv[2] ?? ''}" is not a number of minutes`);
const folder = mkdtempSync(join(tmpdir(), 'dumpbench-soak-'));
try {
  const held = await soak(folder, { minutes });
  console.log(`${held.length} rounds in ${minutes} min; medians of the three thirds, and the most at any time`);
  for (const figure of figures) {
    const most = held.reduce((largest, one) => Math.max(largest, one[figure]), 0);
    console.log(`${figure.padEnd(16)} ${[...thirdsOf(held, figure), most].map((value) => String(value).padStart(12)).join(' ')}`);
  }
  const grown = whatGrows(held);
  for (const sentence of grown) console.log(`GROWS: ${sentence}`);
  process.exitCode = grown.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
