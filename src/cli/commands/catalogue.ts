/** `catalogue`: what Dumpbench knows. */
import type { Command } from '../command.ts';
import { exitCodes, printJson, UsageError } from '../io.ts';
import { catalogueLists, catalogueText } from '../text/catalogue-text.ts';

export const catalogueCommand: Command = {
  name: 'catalogue',
  summary: `what Dumpbench knows: ${catalogueLists.join(', ')}`,
  args: ['[list]'],
  example: `dumpbench catalogue checks
  dumpbench catalogue --json`,
  async run({ engine, io, output, style }, [name], _options) {
    const list = catalogueLists.find((one) => one === name);
    if (name !== undefined && list === undefined) throw new UsageError(`the catalogue has no list "${name}": expected one of ${catalogueLists.join(', ')}`);
    const known = await engine.call('catalogue', {});
    if (output.json) printJson(io, known);
    else io.out(catalogueText(known, list, style));
    return exitCodes.fine;
  },
};
