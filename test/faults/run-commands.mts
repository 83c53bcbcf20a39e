/** Child process of tests: runs commands one after the other, so that one that hangs hangs nobody else. A line of JSON for each. */
import { readFileSync, writeSync } from 'node:fs';
import { runInProcess } from '../cli-in-process.ts';

const [, , list = '', characters = ''] = process.argv;
const most = Number(characters);
for (const argv of JSON.parse(readFileSync(list, 'utf8')) as string[][]) {
  const { code, err, out } = await runInProcess(argv);
  writeSync(1, `${JSON.stringify({ argv, code, err, out: out.slice(0, most), peak: process.resourceUsage().maxRSS })}\n`);
}
