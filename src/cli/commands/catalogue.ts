/** `catalogue`: what Dumpbench supports. */
import { catalogue } from '../../analysis/engine/catalogue.ts';
import type { Command } from '../command.ts';
import { exitCodes, printJson, UsageError } from '../io.ts';
import { catalogueLists, catalogueText } from '../text/catalogue-text.ts';

/** Of the named list. */
function idsOf([name]: readonly string[] = []): readonly string[] {
  const list = catalogueLists.find((one) => one === name);
  return list === undefined ? [] : catalogue()[list].map(({ id }) => id);
}

export const catalogueCommand: Command = {
  name: 'catalogue',
  summary: `what Dumpbench supports: ${catalogueLists.join(', ')}`,
  args: ['[list]', '[id]'],
  argumentValues: { '[list]': { words: () => catalogueLists }, '[id]': { words: idsOf } },
  example: `dumpbench catalogue checks
  dumpbench catalogue checks os-info-page
  dumpbench catalogue --json`,
  async run({ engine, io, output, style }, [name, id], _options) {
    const list = catalogueLists.find((one) => one === name);
    if (name !== undefined && list === undefined) throw new UsageError(`the catalogue has no list "${name}": expected one of ${catalogueLists.join(', ')}`);
    const all = await engine.call('catalogue', {});
    const known = list === undefined || id === undefined ? all : { ...all, [list]: all[list].filter((one) => one.id === id) };
    if (list !== undefined && known[list].length === 0)
      throw new UsageError(`the list "${list}" has no entry "${id ?? ''}": "dumpbench catalogue ${list}" shows them`);
    if (output.json) printJson(io, known);
    else io.out(catalogueText(known, list, style, io.isTerminal ? io.columns : undefined));
    return exitCodes.fine;
  },
};
