/** Child process of given-files.test.ts: runs commands one after the other, so that one that hangs hangs nobody else. */
import { runInProcess } from '../cli-in-process.ts';

const [, , list = '[]'] = process.argv;
for (const argv of JSON.parse(list) as string[][]) {
  const { code, err, out } = await runInProcess(argv);
  process.send?.({ argv, code, err, out: out.slice(0, 200), peak: process.resourceUsage().maxRSS });
}
process.disconnect();
