/** `completion`: what a shell reads to complete our command lines. */
import type { Command } from '../command.ts';
import { shellScripts } from '../completion/shells.ts';
import { exitCodes, printJson, UsageError } from '../io.ts';
import { completionShells } from '../../shared/completion-model.ts';
import { schemaVersion } from '../../shared/model.ts';

export const completionCommand: Command = {
  name: 'completion',
  summary: `print a script for ${completionShells.join(', ')} that completes commands, options, their values, files, and symbols of the dump`,
  args: ['<shell>'],
  argumentValues: { '<shell>': { words: () => completionShells } },
  example: `dumpbench completion bash > ~/.local/share/bash-completion/completions/dumpbench
  source <(dumpbench completion zsh)
  dumpbench completion fish > ~/.config/fish/completions/dumpbench.fish`,
  run({ io, output }, [name = '']) {
    const shell = completionShells.find((one) => one === name);
    if (shell === undefined) throw new UsageError(`unknown shell "${name}": expected ${completionShells.join(', ')}`);
    if (output.json) printJson(io, { schema: schemaVersion, shell, script: shellScripts[shell] });
    else io.out(shellScripts[shell]);
    return Promise.resolve(exitCodes.fine);
  },
};
