/** Lists of symbols: what fits, in an order, whatever their number. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finish } from '../../../src/analysis/jobs/steps.ts';
import type { ModuleSymbol } from '../../../src/analysis/kernel/modules/module-symbol.ts';
import { withModules } from '../../../src/analysis/kernel/modules/module-symbol-table.ts';
import { listSymbols, nearestSymbols, type SymbolQuery } from '../../../src/analysis/kernel/symbols/symbol-order.ts';
import { symbolTable, type SymbolTable } from '../../../src/analysis/kernel/symbols/symbol-table.ts';

const everything: SymbolQuery = { words: [], by: 'address', descending: false };

const ofModule = (name: string, address: bigint, module: string): ModuleSymbol => ({ address, size: 0x20, type: 't', name, module, section: 1 });
const table = withModules(
  symbolTable('test', {
    addresses: BigUint64Array.of(0x1000n, 0x2000n, 0x2000n, 0x3000n, 0x4000n, 0x5000n),
    names: ['T_stext', 'Tschedule', 'tschedule_alias', undefined, 'Dinit_task', 'B_end'],
  }),
  { symbols: [ofModule('fat_scan', 0x9100n, 'fat'), ofModule('Schedule_ext', 0x9000n, 'ext4')], source: 'test', missing: [] },
);
const names = (query: Partial<SymbolQuery>, of: SymbolTable = table): readonly string[] =>
  [...finish(listSymbols(of, { ...everything, ...query }))].map((place) => of.symbol(place)?.name ?? '?');

describe('a list of symbols', () => {
  it('holds all that have a name, ordered by address, those of modules among them', () => {
    expect(names({})).toEqual(['_stext', 'schedule', 'schedule_alias', 'init_task', '_end', 'Schedule_ext', 'fat_scan']);
    expect(names({ descending: true })).toEqual(['fat_scan', 'Schedule_ext', '_end', 'init_task', 'schedule', 'schedule_alias', '_stext']);
  });

  it.each<[string, Partial<SymbolQuery>, readonly string[]]>([
    ['by name', { by: 'name' }, ['Schedule_ext', '_end', '_stext', 'fat_scan', 'init_task', 'schedule', 'schedule_alias']],
    ['by type', { by: 'type' }, ['_end', 'init_task', '_stext', 'schedule', 'schedule_alias', 'fat_scan', 'Schedule_ext']],
    ['by size', { by: 'size', words: ['*t*'] }, ['fat_scan', 'Schedule_ext', '_stext', 'init_task']],
    ['by module', { by: 'module', descending: true }, ['fat_scan', 'Schedule_ext', '_stext', 'schedule', 'schedule_alias', 'init_task', '_end']],
    ['words in any case', { words: ['SCHED', 'ext'] }, ['Schedule_ext']],
    ['a pattern', { words: ['*_scan'] }, ['fat_scan']],
    ['an address within a symbol', { words: ['0x2010'] }, ['schedule', 'schedule_alias']],
    ['of a module', { module: 'ext4' }, ['Schedule_ext']],
    ['of the kernel alone', { module: '', words: ['sched'] }, ['schedule', 'schedule_alias']],
    ['data', { kind: 'data' }, ['init_task', '_end']],
  ])('%s', (_, query, expected) => {
    expect(names(query)).toEqual(expected);
  });

  it('is a stable sort of any number of symbols', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c', 'dd', 'e'), { minLength: 1, maxLength: 5000 }), fc.boolean(), (list, descending) => {
        const many = symbolTable('test', { addresses: BigUint64Array.from(list, (_, at) => BigInt(at)), names: list.map((name) => `T${name}`) });
        const places = [...finish(listSymbols(many, { ...everything, by: 'name', descending }))];
        const plain = list
          .map((name, place) => ({ name, place }))
          .toSorted((left, right) => {
            const order = left.name < right.name ? -1 : left.name > right.name ? 1 : 0;
            return descending ? -order : order;
          });
        expect(places).toEqual(plain.map(({ place }) => place));
      }),
      { numRuns: 40 },
    );
  });
});

describe('what a part of a name is completed to', () => {
  const nearest = (typed: string, most = 10): readonly string[] => finish(nearestSymbols(table, typed, most)).map(({ name }) => name);
  it('is the name itself first, then what begins with it, then what has it anywhere', () => {
    expect(nearest('schedule')).toEqual(['schedule', 'schedule_alias', 'Schedule_ext']);
    expect(nearest('task')).toEqual(['init_task']);
    expect(nearest('s', 2)).toEqual(['schedule', 'schedule_alias']);
    expect(nearest('nothing')).toEqual([]);
  });
});
