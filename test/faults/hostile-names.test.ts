/** Names of files, values of options and strings of a dump are data: in every message of every command they stay in their line and steer nothing. */
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { attachmentOptions } from '../../src/cli/attachment-options.ts';
import { commands } from '../../src/cli/commands/index.ts';
import { runInProcess } from '../cli-in-process.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { commandFiles, jsonCommands, otherCommands } from '../unit/cli/command-files.ts';

const folder = scratchFolder();
process.env.XDG_CACHE_HOME = join(folder, 'cache');
const files = commandFiles(folder);

/** A line of its own, a cleared screen, text from right to left, a bell, a separator, and nothing at all. */
const hostile = 'ev\nil\u001b[2J\u202egpj\u0007\u2028\u200b';
// eslint-disable-next-line no-control-regex -- these are what must not come through
const steers = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u;

/** The dumps of the commands once more, under such names in such a folder. */
const hostileFolder = join(folder, hostile);
mkdirSync(hostileFolder);
const renamed = new Map(
  Object.entries(files).map(([name, path]: [string, string]) => {
    const copy = join(hostileFolder, `${name}${hostile}`);
    copyFileSync(path, copy);
    return [path, copy];
  }),
);

/** Arguments with which a command works. */
function baseArguments(name: string): readonly string[] {
  if (otherCommands.includes(name)) return [files.damaged, ...(name === 'report' ? ['--quick'] : [])];
  return jsonCommands[name]?.args(files, folder) ?? [files.damaged];
}

/** Those that need no window and no network. */
const tried = commands.filter(({ name }) => name !== 'open');

function calls({ name, options = [], ofKernel }: (typeof commands)[number]): readonly (readonly string[])[] {
  const base = baseArguments(name);
  const flags = [...options, ...(ofKernel === true ? attachmentOptions : [])].map((option) => option.flags);
  const valued = [...flags.filter((flag) => flag.includes('<')), ...(name === 'cache' || name === 'sample' ? [] : ['--volume <file>', '--view <view>'])];
  return [
    // The dump has such a name, in text and with what is said of its absence.
    base.map((word) => renamed.get(word) ?? word),
    base.map((word) => (renamed.has(word) ? `${renamed.get(word) ?? ''}.not-there` : word)),
    // Each argument, and each value of an option, is such a word.
    ...base.map((_word, index) => base.with(index, hostile)),
    ...valued.map((flag) => [...base, /--[a-z-]+/.exec(flag)?.[0] ?? flag, hostile]),
    ...valued.filter((flag) => flag.includes('<file>')).map((flag) => [...base, /--[a-z-]+/.exec(flag)?.[0] ?? flag, renamed.get(files.notDump) ?? '']),
    [...base, `--${hostile}`],
    [...base, hostile, hostile, hostile],
  ].map((args) => [name, ...args]);
}

async function tryCall(argv: readonly string[]): Promise<void> {
  const { code, out, err } = await runInProcess(argv);
  const what = argv.join(' ');
  expect([0, 1, 2, 3], `${what}: ${err}`).toContain(code);
  expect(out + err, what).not.toMatch(steers);
  expect(out + err, what).not.toMatch(/(^|\n)il/);
}

describe('a hostile argument', () => {
  it.each(tried.map((command) => [command.name, command] as const))('%s', async (_name, command) => {
    process.chdir(folder);
    for (const argv of calls(command)) {
      await tryCall(argv);
      if (!argv.includes('--json')) await tryCall([...argv, '--json']);
    }
  });

  it('in place of a command', async () => {
    await tryCall([hostile]);
    await tryCall([`inf${hostile}`]);
    await tryCall([`--${hostile}`]);
  });
});
