/** Parses the command line, runs one command, and returns its exit code. */
import { CommanderError } from 'commander';
import { createEngine } from '../analysis/engine/engine.ts';
import { portPair } from '../analysis/engine/in-process.ts';
import { ForeignFile, isDumpError, SeveralDumps } from '../shared/dump-error.ts';
import { engineProtocol } from '../shared/engine-protocol.ts';
import type { SaidOfDump } from '../shared/said-of-dump.ts';
import { hex } from '../shared/units.ts';
import { Cancelled, connect, RequestError, serve } from '../shared/rpc.ts';
import { visibleLine } from '../shared/visible-text.ts';
import { commands } from './commands/index.ts';
import type { Command, Opening, OptionValues } from './command.ts';
import { defineCommand, emptyProgram, views } from './declared-program.ts';
import { complete, completionEntry } from './completion/request.ts';
import { exitCodes, printJson, say, sayLine, UsageError, type CliIo } from './io.ts';
import { endBegunDocument } from './json-list.ts';
import { attachmentsOf } from './attachment-options.ts';
import { opensDump, refuseEndless, refuseWritingOverGiven } from './given-files.ts';
import { errorText } from './text/remedy-text.ts';
import { visibleDoor } from './visible-door.ts';
import { makeStyle } from './text/style.ts';

interface Chosen {
  readonly command: Command;
  readonly args: readonly string[];
  readonly options: OptionValues;
}

/** The address that an option gives. @throws UsageError */
function addressOf(flag: string, text: string): string {
  if (!/^(0x[0-9a-f]{1,16}|\d{1,18})$/i.test(text)) throw new UsageError(`${flag}: "${text}" is not an address`);
  return hex(BigInt(text));
}

/** What the user states in place of headers. @throws UsageError */
function saidOf(isSeveral: boolean, volumes: readonly string[], { machine, physBase, memoryAt, cck }: OptionValues): SaidOfDump {
  const addresses = Array.isArray(memoryAt) ? (memoryAt as readonly string[]).map((text) => addressOf('--memory-at', text)) : [];
  if (addresses.length > 0 && isSeveral) throw new UsageError('--memory-at: name only one file; give the others of the same memory with --volume');
  if (addresses.length > 0 && addresses.length !== volumes.length + 1)
    throw new UsageError(`--memory-at: ${addresses.length} given for ${volumes.length + 1} ${volumes.length === 0 ? 'file' : 'files'}: give one for each file`);
  return {
    ...(typeof machine === 'string' ? { machine } : {}),
    ...(typeof physBase === 'string' ? { physBase: addressOf('--phys-base', physBase) } : {}),
    ...(addresses.length === 0 ? {} : { memoryAt: addresses }),
    ...(typeof cck === 'string' ? { cck } : {}),
  };
}

/** The options that belong to opening; they say which dump, so several dumps at once cannot share them. */
function openingOf(command: Command, args: readonly string[], options: OptionValues): Opening {
  const attachments = command.ofKernel === true ? attachmentsOf(options) : {};
  if (!opensDump(command)) return { volumes: [], view: 'all', said: {}, attachments };
  const volumes = Array.isArray(options.volume) ? (options.volume as readonly string[]) : [];
  if (volumes.length > 0 && command.args[0] === '<files...>' && args.length > 1)
    throw new UsageError('--volume: name only one dump; give its other files with --volume');
  return {
    volumes,
    view: views.find(({ id }) => id === options.view)?.id ?? 'all',
    said: saidOf(command.args[0] === '<files...>' && args.length > 1, volumes, options),
    attachments,
  };
}

/** What commander adds to a message, in a line of its own. */
const suggestion = /^(?<message>[^]*?)(?<hint>\n\(Did you mean [^\n]*\?\))?\n$/;

function parseArguments(argv: readonly string[], io: CliIo): Chosen | number {
  const program = emptyProgram().exitOverride();
  program.configureOutput({
    writeOut: io.out,
    writeErr: io.err,
    outputError: (text) => {
      const { message = text, hint = '' } = suggestion.exec(text)?.groups ?? {};
      io.err(`${visibleLine(message.trimEnd())}${hint}\n`);
    },
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  });
  program.showHelpAfterError('(--help shows the usage)');
  let chosen: Chosen | undefined;
  // The one that is named: the options of the others would take as long as everything else before it runs. The version needs none.
  const named = commands.filter(({ name, alias }) => argv[0] === name || (alias !== undefined && argv[0] === alias));
  const isVersion = argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V');
  for (const command of isVersion ? [] : named.length > 0 ? named : commands) {
    defineCommand(program, command, (args, options) => {
      chosen = { command, args, options };
    });
  }
  for (const sub of program.commands) sub.exitOverride().configureOutput(program.configureOutput());
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.fine : exitCodes.usage;
    throw error;
  }
  if (chosen !== undefined) return chosen;
  program.outputHelp({ error: true });
  return exitCodes.usage;
}

/** With --json a file that is recognised but not opened is a document of its own (docs/contract.md). */
function explain(error: unknown, io: CliIo, json = false): number {
  if (error instanceof ForeignFile && json) printJson(io, { error: { kind: 'foreign', ...error.foreign } });
  if (error instanceof SeveralDumps && json) printJson(io, { error: { kind: 'several', ...error.several } });
  if (error instanceof Cancelled) return exitCodes.interrupted;
  if (error instanceof UsageError) {
    sayLine(io, `dumpbench: ${error.message}`);
    return exitCodes.usage;
  }
  if (isDumpError(error) || error instanceof RequestError) {
    sayLine(io, `dumpbench: ${errorText(error)}`);
    return error instanceof RequestError && error.about === 'query' ? exitCodes.usage : exitCodes.dump;
  }
  io.err(`dumpbench: internal error, please report it:\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return exitCodes.internal;
}

async function runChosen({ command, args, options }: Chosen, io: CliIo): Promise<number> {
  const output = { json: options.json === true, quiet: options.quiet === true, color: options.color !== false && io.isTerminal };
  const engine = createEngine();
  const [near, far] = portPair();
  serve(engineProtocol, engine.handlers, far);
  const client = connect(engineProtocol, near);
  try {
    refuseWritingOverGiven(command, args, options);
    refuseEndless(command, options);
    const opening = openingOf(command, args, options);
    return await command.run({ engine: client, io, output, style: makeStyle(output.color), opening }, args, options);
  } catch (error) {
    endBegunDocument(io, error);
    return explain(error, io, output.json);
  } finally {
    const { remarks } = await client.call('remarks', {});
    for (const remark of remarks) say(io, output, `dumpbench: ${remark}`);
    client.close();
    engine.close();
  }
}

/** @returns the exit code (docs/contract.md section 3) */
export async function runCli(argv: readonly string[], given: CliIo): Promise<number> {
  const io = visibleDoor(given);
  try {
    if (argv[0] === completionEntry) return await complete(argv.slice(1), io);
    const chosen = parseArguments(argv, io);
    return typeof chosen === 'number' ? chosen : await runChosen(chosen, io);
  } catch (error) {
    // Help and errors are output too, and standard output may be full.
    return explain(error, io);
  }
}
