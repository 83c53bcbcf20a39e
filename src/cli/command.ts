/** What a command is: its declaration for commander and what it does with an engine. */
import type { AttachmentPaths } from '../shared/attachment.ts';
import type { EngineClient } from '../shared/engine-protocol.ts';
import type { MemoryView } from '../shared/model.ts';
import type { SaidOfDump } from '../shared/said-of-dump.ts';
import type { CliIo, OutputOptions } from './io.ts';
import type { Style } from './text/style.ts';

/** What belongs to opening a dump, whichever command opens it. */
export interface Opening {
  /** The other files of a set. */
  readonly volumes: readonly string[];
  readonly view: MemoryView;
  /** What its headers do not say. */
  readonly said: SaidOfDump;
  readonly attachments: AttachmentPaths;
}

export interface CommandContext {
  readonly engine: EngineClient;
  readonly io: CliIo;
  readonly output: OutputOptions;
  readonly style: Style;
  readonly opening: Opening;
}

/** Words that are possible at a position of the command line, for completion. */
export interface Words {
  /** Called only for completion: registries are not loaded for other commands. For an argument, with those before it. */
  readonly words: (before?: readonly string[]) => readonly string[];
  /** Several, separated by commas. */
  readonly isList?: boolean;
}

export interface CommandOption {
  readonly flags: string;
  readonly description: string;
  readonly default?: string | boolean;
  /** May be given several times; arrives as a list. */
  readonly repeatable?: boolean;
  /** It names a file that the command writes: never one that it was given to read (given-files.ts). */
  readonly writes?: 'output' | 'index';
  /** Known values; without them completion goes by the placeholder (src/cli/completion). */
  readonly values?: Words;
}

export type OptionValues = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

export interface Command {
  readonly name: string;
  readonly alias?: string;
  readonly summary: string;
  /** In commander's syntax: "<file>", "<files...>", "[address]". */
  readonly args: readonly string[];
  /** Known values of arguments, by the placeholder. */
  readonly argumentValues?: Readonly<Record<string, Words>>;
  /** A getter where the words of options come from registries: those are not loaded for other commands. */
  readonly options?: readonly CommandOption[];
  /** It reports on the kernel: --vmlinux, --system-map and --vmcoreinfo are its options too. */
  readonly ofKernel?: true;
  readonly example: string;
  /** When it ends with exit code 1; other commands never do (docs/contract.md section 3). */
  readonly exitsWithOneIf?: string;
  /** When else a command that opens no dump ends with exit code 3 than for an output that cannot be written. */
  readonly exitsWithThreeIf?: string;
  /** @returns exit code */
  run(context: CommandContext, args: readonly string[], options: OptionValues): Promise<number>;
}
