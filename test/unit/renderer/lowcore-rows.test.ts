/** Fields of several lowcores as rows, and links between bytes and fields. */
import { describe, expect, it } from 'vitest';
import { describeLowcores } from '../../../src/analysis/engine/machine/lowcore.ts';
import type { LowcoreJson } from '../../../src/shared/structure-model.ts';
import { cpuColumns, maxColumns, withoutColumn } from '../../../src/renderer/state/cpu-columns.ts';
import { cursorIn, filterRows, lowcoreRows, pswParts, rowAt, targetOf, meaningOf } from '../../../src/renderer/views/lowcore/lowcore-rows.ts';
import { byteRows, selectedIn, splitRow } from '../../../src/renderer/widgets/byte-pane/byte-rows.ts';
import { caseSession } from '../../case-answers.ts';

const lowcores = (layout?: string): readonly LowcoreJson[] =>
  describeLowcores(caseSession('two', 'system healthy\nformat elf-vmcore producer=kernel\n'), { layout }).cpus;
const [first, second] = lowcores();
const all = { text: '', onlyDifferences: false, hideZeros: false };

describe('rows of lowcores', () => {
  const rows = lowcoreRows([first, second]);
  it('contain every field of each, in the order of offsets, and mark differences', () => {
    expect(rows.length).toBe(first!.fields.length);
    expect(rows.map(({ offset }) => offset)).toEqual(rows.map(({ offset }) => offset).toSorted((a, b) => a - b));
    for (const row of rows) {
      const [left, right] = [first, second].map((lowcore) => lowcore!.fields.find(({ name, offset }) => name === row.name && offset === row.offset));
      expect(row.cells).toEqual([left, right]);
      expect(row.differs, row.name).toBe(left?.value !== right?.value);
    }
    expect(rows.filter(({ differs }) => differs).map(({ name }) => name)).toContain('cpu_nr');
    // The same lowcore twice: nothing differs, and one that cannot be shown is ignored.
    expect(lowcoreRows([first, first]).some(({ differs }) => differs)).toBe(false);
    expect(lowcoreRows([first, undefined]).some(({ differs }) => differs)).toBe(false);
  });

  it('keep the fields of two layouts apart if their offsets differ', () => {
    const [old] = lowcores('4.19');
    const both = lowcoreRows([first, old]).filter(({ name }) => name === 'current_task');
    expect(both.map(({ offset, cells }) => [offset, cells.map((cell) => cell !== undefined)])).toEqual([
      [0x338, [false, true]],
      [0x340, [true, false]],
    ]);
    expect(both.every(({ differs }) => differs)).toBe(true);
  });

  it.each([
    [{ ...all, text: 'External_Old' }, ['external_old_psw']],
    [{ ...all, text: '0x13f' }, ['external_old_psw']],
    [{ ...all, text: 'Linux CPU number', onlyDifferences: true }, ['cpu_nr']],
    [{ ...all, text: 'no such thing' }, []],
  ])('are filtered by %j', (filter, names) => {
    expect(filterRows(rows, filter).map(({ name }) => name)).toEqual(names);
  });

  it('hide zeros only if every column has zero', () => {
    const shown = filterRows(rows, { ...all, hideZeros: true });
    expect(shown.length).toBeLessThan(rows.length);
    expect(shown.some(({ name }) => name === 'cpu_nr')).toBe(true);
    expect(filterRows(rows, all)).toEqual(rows);
  });

  it('are found by their bytes: each byte of a field leads to it', () => {
    for (const row of rows) for (const offset of [row.offset, row.offset + row.size - 1]) expect(rowAt(rows, 1, offset)?.name).toBe(row.name);
    expect(rowAt(rows, 0, 0x1fff)).toBeUndefined();
  });
});

describe('a cursor', () => {
  const places = [
    { prefix: '0x220000', number: 0 },
    { prefix: '0x222000', number: 1 },
  ];
  it.each([
    [{ space: 'absolute', address: 0x2220a8n, length: 1 }, [1, 0xa8]],
    [{ space: 'absolute', address: 0x223fffn, length: 1 }, [1, 0x1fff]],
    [{ space: 'real', cpu: 1, address: 0x10n, length: 1 }, [1, 0x10]],
    [{ space: 'real', cpu: 3, address: 0x10n, length: 1 }, undefined],
    [{ space: 'absolute', address: 0x224000n, length: 1 }, undefined],
    [{ space: 'file', address: 0x220000n, length: 1 }, undefined],
    [undefined, undefined],
  ] as const)('is in a lowcore or in none (%#)', (position, expected) => {
    const found = cursorIn(position, places);
    expect(found === undefined ? undefined : [found.place.number, found.offset]).toEqual(expected);
  });
});

describe('values', () => {
  const field = (name: string) => first!.fields.find((one) => one.name === name)!;
  it('lead to where they point, in the space of their CPU', () => {
    const psw = field('external_new_psw');
    const parts = pswParts(psw)!;
    expect(psw.text).toContain(`${parts.mask} ${parts.address}, ${meaningOf(psw)!}`);
    expect(targetOf(psw, 1)).toEqual({ space: 'virtual', cpu: 1, address: BigInt(parts.address), length: 1 });
    // The restart PSW runs without DAT: its address is a real one.
    expect(targetOf(field('restart_psw'), 1)?.space).toBe('real');
    expect(targetOf(field('kernel_asce'), 1)).toEqual({ space: 'absolute', address: BigInt(field('kernel_asce').value!) & ~0xfffn, length: 1 });
    expect(targetOf(field('cpu_nr'), 1)).toBeUndefined();
    expect(pswParts(field('boot_clock'))).toBeUndefined();
  });
});

describe('bytes in rows', () => {
  const rows = byteRows(
    Uint8Array.from({ length: 20 }, (_, index) => 0x41 + index),
    0x1000n,
    [{ start: 0x1002n, end: 0x1003n, state: 'missing' }],
  );
  it('show missing bytes as dashes, and are split at the selection', () => {
    expect(rows.map(({ offset, text }) => [offset, text])).toEqual([
      [0, 'AB DEFGHIJKLMNOP'],
      [16, 'QRST'],
    ]);
    expect(rows[0]?.hex).toBe('41 42 -- 44 45 46 47 48  49 4a 4b 4c 4d 4e 4f 50');
    expect(selectedIn(0, { offset: 14, length: 4 })).toEqual([14, 15]);
    expect(selectedIn(16, { offset: 14, length: 4 })).toEqual([0, 1]);
    expect(selectedIn(16, { offset: 14, length: 2 })).toBeUndefined();
    expect(splitRow(rows[0]!, [7, 8])).toEqual({ hex: ['41 42 -- 44 45 46 47 ', '48  49', ' 4a 4b 4c 4d 4e 4f 50'], text: ['AB DEFG', 'HI', 'JKLMNOP'] });
  });
});

describe('CPUs side by side', () => {
  const cpus = Array.from({ length: 12 }, (_, id) => ({ id, source: 'note' as const }));
  it('are the chosen one and the added ones, each once, no more than fit', () => {
    const ids = (primary: number | undefined, beside: readonly number[]): readonly number[] => cpuColumns(cpus, primary, beside).map(({ id }) => id);
    expect(ids(undefined, [])).toEqual([0]);
    expect(ids(3, [5, 3, 5, 99, 1])).toEqual([3, 5, 1]);
    expect(
      ids(
        0,
        cpus.map(({ id }) => id),
      ).length,
    ).toBe(maxColumns);
    expect(cpuColumns([], 3, [1])).toEqual([]);
  });
  it('are never empty', () => {
    expect(withoutColumn(cpus.slice(0, 2), 0)).toEqual([1]);
    expect(withoutColumn(cpus.slice(0, 1), 0)).toEqual([0]);
  });
});
