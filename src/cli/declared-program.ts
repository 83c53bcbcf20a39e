/** The command line as commander has it: parsing, help, completion and the man pages are made from this one declaration. */
import { Command as Commander, Option } from 'commander';
import { viewCatalogue } from '../analysis/engine/catalogue.ts';
import { toolVersion } from '../analysis/engine/tool.ts';
import type { Command, CommandOption, OptionValues } from './command.ts';
import { allOptions, opensDump } from './given-files.ts';

export const views = viewCatalogue();

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** Without its commands. */
export const emptyProgram = (): Commander =>
  new Commander('dumpbench').description('Workbench for Linux kernel crash dumps, IBM Z first.').version(toolVersion);

function defineOption({ flags, description, default: value, repeatable }: CommandOption): Option {
  const defined = new Option(flags, description);
  if (value !== undefined) defined.default(value);
  if (repeatable === true) defined.argParser(collect);
  return defined;
}

/**
 * Adds a command with all its options, and an action that passes on how it was called.
 * @param choose is given the arguments in one list
 */
export function defineCommand(program: Commander, command: Command, choose: (args: readonly string[], options: OptionValues) => void): void {
  const sub = program.command(command.name).description(command.summary);
  if (command.alias !== undefined) sub.alias(command.alias);
  for (const argument of command.args) sub.argument(argument);
  for (const option of allOptions(command)) sub.addOption(defineOption(option));
  sub.option('--json', 'one JSON document on standard output, messages on standard error');
  sub.option('--quiet', 'no messages, no progress');
  sub.option('--no-color', 'plain text');
  if (opensDump(command)) {
    sub.addOption(
      new Option('--view <view>', `if one dump holds two systems: ${views.map(({ id, title }) => `${id}, ${title}`).join('; ')}`)
        .choices(views.map(({ id }) => id))
        .default('all'),
    );
    sub.option('--machine <name>', 'the machine (s390x, x86_64 …), if the header does not name it or names the wrong one');
    sub.option('--phys-base <address>', 'how far the kernel image was moved in physical memory, if the dump does not record it (x86_64)');
    sub.addOption(
      new Option(
        '--memory-at <address>',
        'the file is memory without a header, starting at this address; give it again for each --volume, in the same order',
      ).argParser(collect),
    );
  }
  sub.addHelpText('after', `\n${command.example.includes('\n') ? 'Examples' : 'Example'}:\n  ${command.example}`);
  sub.action((...given: unknown[]) => {
    const options = given[command.args.length] as OptionValues;
    const args = given
      .slice(0, command.args.length)
      .flatMap((value) => (value === undefined ? [] : Array.isArray(value) ? (value as string[]) : [value as string]));
    choose(args, options);
  });
}
