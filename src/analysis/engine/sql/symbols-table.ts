/** Table `symbols`: the names of the kernel and of its loaded modules. */
import { hex } from '../../../shared/units.ts';
import { allNames } from '../kernel/kernel-names.ts';
import type { DumpTable } from './dump-table.ts';

export const symbolsTable: DumpTable = {
  json: {
    name: 'symbols',
    kind: 'function',
    group: 'dump',
    parameters: [],
    stable: true,
    about: "Symbols of the kernel's own table and of its loaded modules, in the order of the tables.",
    columns: [
      { name: 'address', type: 'address', about: 'virtual, 0x...; several symbols may share one' },
      { name: 'name', type: 'text', about: 'as the kernel spells it' },
      { name: 'type', type: 'text', about: 'letter of nm: T and t are text, D and d data, B and b zeroed data, R and r read-only data' },
      { name: 'size', type: 'size', about: 'bytes up to the next symbol; of a module as recorded; NULL where neither is known' },
      { name: 'module', type: 'text', about: "module that it belongs to; NULL for the kernel's own" },
    ],
  },
  async open(session, signal) {
    const names = await allNames(session, signal);
    return function* (missing) {
      if ('why' in names) {
        missing.add({ what: 'the symbol table', why: names.why });
        return;
      }
      for (const { address, name, type, module } of names.all()) {
        const { size, offset } = names.at(address) ?? {};
        yield [hex(address), name, type, size === undefined || offset !== 0 ? null : BigInt(size), module ?? null];
      }
    };
  },
};
