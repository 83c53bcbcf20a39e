import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { commands } from '../../../src/cli/commands/index.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { wrongBySchema } from '../published-schemas.ts';
import { commandFiles, jsonCommands, otherCommands } from './command-files.ts';

const folder = scratchFolder();
const files = commandFiles(folder);
process.env.XDG_CACHE_HOME = folder;

describe('--json', () => {
  // In the registry's order: sql asks the index that index builds.
  it.each(commands.map(({ name }) => name).filter((name) => !otherCommands.includes(name)))('%s prints one document of its schema', async (name) => {
    const command = jsonCommands[name];
    if (command === undefined) throw new Error(`${name} has no line in command-files.ts`);
    const { code, out, err } = await runInProcess([name, ...command.args(files, folder), '--json']);
    expect(code).toBe(0);
    expect(err).toMatch(command.says ?? /^$/);
    const answer: unknown = JSON.parse(out);
    const parsed = v.safeParse(command.schema, answer);
    expect(parsed.success ? [] : v.summarize(parsed.issues)).toEqual([]);
    expect(JSON.stringify(answer)).not.toContain('null,');
    expect(wrongBySchema(command.schema, answer)).toEqual([]);
  });

  it.each(commands.filter(({ alias }) => alias !== undefined).map(({ name, alias = '' }) => [alias, name] as const))(
    '%s is the same as %s',
    async (alias, name) => {
      const args = jsonCommands[name]?.args(files, folder) ?? [];
      expect(await runInProcess([alias, ...args, '--json'])).toEqual(await runInProcess([name, ...args, '--json']));
    },
  );

  it('addresses are text, exact to the last bit, without padding', async () => {
    const { out } = await runInProcess(['read', files.healthy, '0xe18', '16', '--json']);
    expect(JSON.parse(out)).toMatchObject({ address: '0xe18', bytes: 16, space: 'absolute' });
    const all = await runInProcess(['triage', files.damaged, '--json']);
    expect(all.out).not.toMatch(/"0x0[0-9a-f]/);
    expect(all.out).not.toMatch(/"0x[0-9a-f]*[A-F]/);
  });

  it('an answer about a refused file is an empty list, its reason on standard error', async () => {
    const { code, out, err } = await runInProcess(['triage', files.notDump, '--json']);
    expect(code).toBe(3);
    expect(JSON.parse(out)).toEqual({ schema: 1, dumps: [] });
    expect(err).toMatch(/^dumpbench: .*notes\.txt, offset 0x0: /);
  });
});
