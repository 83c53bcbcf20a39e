/** kill -9 of the command line while its page workers are at work: the next run goes on to the same index. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readIndex } from '../../src/analysis/page-index/store.ts';
import { buildCase } from '../../src/samples/case-text.ts';
import { randomFor, runs, seed } from '../run-size.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { tablesOf } from '../unit/page-index/open-for.ts';

const folder = scratchFolder();
const dump = join(folder, 'dump.s390');
const cli = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** Runs `index --digest` with two workers, killed after so many milliseconds. @returns how long it took */
function index(path: string, killAfter?: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(process.execPath, [cli, 'index', dump, '--digest', '--workers', '2', '--quiet', '--index', path], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
    if (killAfter !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfter);
    child.on('exit', (code, signal) => {
      if (code === 0 || signal === 'SIGKILL') resolve(performance.now() - started);
      else reject(new Error(`index ended with ${code ?? signal ?? ''}: ${said}`));
    });
  });
}

function contentOf(path: string) {
  const reader = readIndex(path);
  try {
    const { complete, memoryRoot, pagesRead } = reader.header();
    return { complete, memoryRoot, tables: tablesOf(reader), pagesRead };
  } finally {
    reader.close();
  }
}

describe('kill -9 with page workers', () => {
  it(`leaves an index that can be resumed to the same result (seed ${seed})`, async () => {
    writeFileSync(dump, buildCase('memory 96 MiB\nrandom 0x100000 3 MiB\nlines 0x2000000 2 MiB\nformat s390 producer=zipl\n'));
    const whole = join(folder, 'whole.sqlite');
    const duration = await index(whole);
    const expected = contentOf(whole);
    expect(expected.complete).toBe(true);
    const random = randomFor('kill with workers');
    for (let kill = 0; kill < runs(4, 40); kill += 1) {
      const path = join(folder, `${kill}.sqlite`);
      await index(path, duration * (0.3 + random.below(700) / 1000));
      await index(path);
      expect(contentOf(path)).toEqual(expected);
    }
  });
});
