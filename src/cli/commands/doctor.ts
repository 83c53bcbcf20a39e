/** `doctor`: what of this machine will not work, and why. */
import { toolName, toolVersion } from '../../analysis/engine/tool.ts';
import { schemaVersion } from '../../shared/model.ts';
import { visibleLine } from '../../shared/visible-text.ts';
import type { Command } from '../command.ts';
import { exitCodes, printJson } from '../io.ts';
import { examineMachine } from '../machine-parts.ts';
import { columns } from '../text/table.ts';

export const doctorCommand: Command = {
  name: 'doctor',
  exitsWithOneIf: 'a part that commands need is broken',
  summary: 'what does not work on this machine, and why; exit code 1 when something that commands need is broken',
  args: [],
  example: 'dumpbench doctor --json',
  async run({ io, output, style }) {
    const parts = await examineMachine();
    const code = parts.some(({ state }) => state === 'broken') ? exitCodes.difference : exitCodes.fine;
    io.decided?.(code);
    if (output.json)
      printJson(io, { schema: schemaVersion, tool: { name: toolName, version: toolVersion }, platform: process.platform, arch: process.arch, parts });
    else {
      const shown = { fine: style.ok, limited: style.warn, broken: style.bad };
      const rows = parts.flatMap(({ title, state, found, effect, remedy }) => [
        [shown[state](state), title, visibleLine(found)],
        ...(effect === undefined ? [] : [['', '', visibleLine(`${effect}${remedy === undefined ? '' : `; ${remedy}`}`)]]),
      ]);
      io.out(`${columns(rows, '')}\n`);
    }
    return code;
  },
};
