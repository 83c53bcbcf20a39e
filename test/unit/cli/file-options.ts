/** Every option of the command line that names a file which is read, with what else its command needs. */
import { writeFileSync } from 'node:fs';
import { attachmentOptions } from '../../../src/cli/attachment-options.ts';
import { commands } from '../../../src/cli/commands/index.ts';
import { fixedKeys } from '../capsule/built-case.ts';
import { jsonCommands, otherCommands, type CommandFiles } from './command-files.ts';

export interface FileOption {
  readonly command: string;
  readonly flag: string;
  readonly argv: (files: CommandFiles, folder: string, path: string) => readonly string[];
}

/** Placeholders of options that name a file to read. */
const readPlaceholders = new Set(['file', 'file-or-folder', 'rules', 'dump']);
/** Those that name none. A new placeholder belongs here or above. */
const otherPlaceholders = new Set(
  'address byte bytes classes count cpu duration element flag folder format id kernel level month n name number order page parts path pid range ids size space states what structure task text time type value view'.split(
    ' ',
  ),
);

/** A private key that can be read. */
function keyNextTo(path: string): string {
  writeFileSync(`${path}.pem`, fixedKeys().privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return `${path}.pem`;
}
function publicKeyNextTo(path: string): string {
  writeFileSync(`${path}.pub`, fixedKeys().publicKey.export({ type: 'spki', format: 'pem' }));
  return `${path}.pub`;
}

/** What an option needs next to it. */
const companions: Readonly<Record<string, (files: CommandFiles) => readonly string[]>> = {
  '--attestation': ({ notDump }) => ['--public-key', notDump],
  '--public-key': ({ notDump }) => ['--attestation', notDump],
  'report --ignore': ({ damaged }) => ['--with', damaged],
  'capsule --key': ({ notDump }) => ['-o', `${notDump}.dumpcase`],
  'capsule --attestation': ({ notDump }) => ['--public-key', publicKeyNextTo(notDump), '--key', keyNextTo(notDump), '-o', `${notDump}.dumpcase`],
  'capsule --session': ({ notDump }) => ['--key', keyNextTo(notDump), '-o', `${notDump}.dumpcase`],
  'capsule --redact': ({ notDump }) => ['--key', keyNextTo(notDump), '-o', `${notDump}.dumpcase`],
};

/** What a command does with a file, where that comes before it. */
const actionOf = (command: string, flag: string): readonly string[] =>
  command !== 'capsule' ? [] : ['--allowed-signers', '--public-key'].includes(flag) ? ['verify'] : ['make'];

const placeholderOf = (flags: string): string | undefined => /<([a-z|0-9-]+)>/.exec(flags)?.[1];
const flagOf = (flags: string): string => /--[a-z-]+/.exec(flags)?.[0] ?? flags;

/** @throws Error for an option whose placeholder says nothing: it may name a file */
export function fileOptions(): readonly FileOption[] {
  return commands.flatMap((command) => {
    const attached = command.ofKernel === true ? attachmentOptions : [];
    const named = [...(command.options ?? []), ...attached].filter(({ flags, writes }) => {
      // It may be there already.
      if (writes === 'index') return true;
      const placeholder = placeholderOf(flags);
      if (placeholder === undefined || otherPlaceholders.has(placeholder)) return false;
      if (readPlaceholders.has(placeholder)) return true;
      throw new Error(`${command.name} ${flags}: <${placeholder}> is neither known as a file nor as something else`);
    });
    const flags = named.map((option) => flagOf(option.flags));
    const opens = command.args.some((argument) => /^<files?(\.\.\.)?>$/.test(argument));
    return [...flags, ...(opens ? ['--volume'] : [])].map((flag) => ({
      command: command.name,
      flag,
      argv(files: CommandFiles, folder: string, path: string) {
        // Only a set of several files looks at the others.
        const set = (word: string): string =>
          flag === '--volume' && (word === files.healthy || word === files.damaged || word === files.hole || word === files.types) ? files.volume : word;
        const base = otherCommands.includes(command.name) ? [files.damaged] : (jsonCommands[command.name]?.args(files, folder) ?? [files.damaged]);
        const isVerify = actionOf(command.name, flag).includes('verify');
        const more = isVerify ? [] : ((companions[`${command.name} ${flag}`] ?? companions[flag])?.(files) ?? []);
        const quick = command.name === 'report' ? ['--quick'] : [];
        // Of several dumps each would get a sentence of its own.
        const others = command.args[0] === '<files...>' && flag !== '--volume' ? [] : base.slice(1);
        return [command.name, ...actionOf(command.name, flag), ...base.slice(0, 1).map(set), ...others, ...quick, flag, path, ...more];
      },
    }));
  });
}
