import { failed, isFailure } from '../../../src/shared/result.ts';
import { describe, expect, it } from 'vitest';
import { readSystemMap } from '../../../src/analysis/kernel/given/system-map.ts';
import { symbolTable } from '../../../src/analysis/kernel/symbols/symbol-table.ts';

const text = `0000000000200000 T two
0000000000100000 T _stext
0000000000100000 t same
0000000000300000 d same
0000000000400000 D last\tmodule`;

/** In pieces of some bytes each. */
const pieces = (bytes: number): Buffer[] =>
  Array.from({ length: Math.ceil(text.length / bytes) }, (_, at) => Buffer.from(text.slice(at * bytes, (at + 1) * bytes)));

describe('a System.map', () => {
  it.each([1, 7, 26, 4096])('is read in pieces of %i bytes, in the order of its addresses', (bytes) => {
    expect(readSystemMap(pieces(bytes))).toEqual({
      value: {
        addresses: BigUint64Array.of(0x100000n, 0x100000n, 0x200000n, 0x300000n, 0x400000n),
        names: ['T_stext', 'tsame', 'Ttwo', 'dsame', 'Dlast'],
      },
    });
  });

  it('has symbols that are found by their names, all of a name in the order of their addresses', () => {
    const read = readSystemMap(pieces(4096));
    if (isFailure(read)) throw new Error(read.missing.why);
    const list = read.value;
    const table = symbolTable('test', { addresses: list.addresses, names: [...list.names.slice(0, 4), undefined] });
    expect(table.lookup('same')).toEqual([
      { address: 0x100000n, type: 't' },
      { address: 0x300000n, type: 'd' },
    ]);
    expect(table.lookup('two')).toEqual([{ address: 0x200000n, type: 'T' }]);
    for (const none of ['', 'am', 'last', 'Tsame']) expect(table.lookup(none)).toEqual([]);
  });

  it('is refused with the number of the line that is none, and when it is empty', () => {
    expect(readSystemMap([Buffer.from(`${text}\n\nno\n`)])).toEqual(failed('symbols', 'line 7 is not a symbol'));
    expect(readSystemMap([])).toEqual(failed('symbols', 'it is empty'));
  });
});
