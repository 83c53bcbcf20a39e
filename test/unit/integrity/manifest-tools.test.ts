/** The tools whose forms our manifests have take them: sha256sum and hashdeep. */
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { runInProcess } from '../../cli-in-process.ts';
import { verifySchema } from '../../../src/shared/check-model.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import { describeNeeding } from '../../requirements.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder();
const dump = buildCase('system healthy cpus=1\nformat elf-vmcore producer=kernel\n');
const tools = {
  sha256sum: ['--strict', '--check', 'm'],
  hashdeep: ['-a', '-l', '-k', 'm'],
} as const;

for (const tool of ['sha256sum', 'hashdeep'] as const)
  describeNeeding(tool, tool, () => {
    const args = tools[tool];
    const names = ['dump.elf', ' two, words #1.elf', 'back\\slash\\n.elf', 'größe.elf', ...(tool === 'sha256sum' ? ['line\nbreak.elf'] : [])];
    it('takes our manifests, and fails a changed file', async () => {
      for (const name of names) {
        const path = join(folder, name);
        writeFileSync(path, dump);
        const written = await runInProcess(['manifest', path, '--format', tool]);
        expect(written.code).toBe(0);
        writeFileSync(join(folder, 'm'), written.out);
        const check = () => spawnSync(tool, tool === 'hashdeep' ? [...args, name] : args, { cwd: folder, encoding: 'utf8' });
        const right = check();
        expect(right.status, `${name}: ${right.stdout}${right.stderr}`).toBe(0);
        const own = await runInProcess(['verify', '--quick', '--json', '--manifest', join(folder, 'm'), path]);
        const { checks } = v.parse(verifySchema, JSON.parse(own.out));
        expect(checks.find(({ id }) => id === 'manifest')?.verdict, name).toBe('passed');
        const file = openSync(path, 'r+');
        writeSync(file, Buffer.of(1), 0, 1, dump.length - 1);
        closeSync(file);
        expect(check().status, name).not.toBe(0);
      }
    });
  });
