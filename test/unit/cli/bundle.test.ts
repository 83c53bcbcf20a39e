/** The command line from its bundle: the same answers as from its sources, with the threads that lie beside it. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildCase } from '../../../src/samples/case-text.ts';
import { runCliProcess } from '../../cli-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
const entry = join(root, 'out', 'cli', 'main.cjs');
const folder = scratchFolder();
const dump = join(folder, 'dump.s390');
const env = { ...process.env, XDG_CACHE_HOME: join(folder, 'cache') };

beforeAll(() => {
  execFileSync(process.execPath, [join(root, 'scripts', 'build.mjs'), '--cli']);
  writeFileSync(dump, buildCase('system healthy state=disabled-wait\nformat s390 producer=zipl\n'));
});

describe('the bundled command line', () => {
  it('answers as the sources do', async () => {
    const [bundled, plain] = await Promise.all([runCliProcess(['triage', dump, '--json'], { env, entry }), runCliProcess(['triage', dump, '--json'], { env })]);
    expect(bundled).toEqual(plain);
    expect(bundled.code).toBe(0);
  });

  it('finds its page workers and the SQL console', async () => {
    const built = await runCliProcess(['index', dump, '--workers', '2', '--json'], { env, entry });
    expect(built.err).toBe('');
    expect(JSON.parse(built.out)).toMatchObject({ workers: 2 });
    const asked = await runCliProcess(['sql', dump, 'SELECT count(*) AS pages FROM page', '--json'], { env, entry });
    expect(asked.err).toBe('');
    expect(asked.code).toBe(0);
  });

  it('finds the disassembler', async () => {
    const asked = await runCliProcess(['disassemble', dump, 'absolute:0x2000', '--count', '2', '--json'], { env, entry });
    expect(asked.err).toBe('');
    const plain = await runCliProcess(['disassemble', dump, 'absolute:0x2000', '--count', '2', '--json'], { env });
    expect(asked.out).toBe(plain.out);
    expect(JSON.parse(asked.out)).toMatchObject({ arch: 's390x', space: 'absolute', complete: true });
  });
});
