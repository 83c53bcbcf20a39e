/** Lowcore layouts against builder lowcores, which were written from the sheet independently: every field spells its own name. */
import { describe, expect, it } from 'vitest';
import { lowcoreKernels as kernels } from '../../../src/analysis/arch/s390x/lowcore/fields.ts';
import { lowcoreLayout } from '../../../src/analysis/arch/s390x/lowcore/layouts.ts';
import { leaves, view } from '../../../src/analysis/layout/struct.ts';
import { MemoryImage } from '../../../src/samples/memory-image.ts';
import {
  architectedFields,
  isLowcoreField,
  lowcoreKernels,
  lowcoreOffset,
  writeLowcore,
  writeSaveArea,
  type LowcoreValues,
} from '../../../src/samples/s390x-lowcore.ts';
import { numberFromText, spelledText } from '../../../src/samples/spelled-register.ts';
import { s390xCpu } from '../../../src/samples/system.ts';

const hex = (value: bigint): string => `0x${value.toString(16)}`;
/** A name cut or filled to the bytes of its field. */
const spelled = (name: string, size: number): bigint => numberFromText(name.replaceAll('_', '').padEnd(size).slice(0, size));

describe('lowcore layouts', () => {
  it('are those that the builders know', () => {
    expect(kernels).toEqual(lowcoreKernels);
  });

  describe.each(kernels)('%s', (kernel) => {
    const layout = lowcoreLayout(kernel);
    const sizes = new Map(Array.from(leaves(layout), ({ path, field }) => [path, field.size]));
    const names = [...sizes.keys()].filter((name): name is keyof LowcoreValues => isLowcoreField(name) && lowcoreOffset(kernel, name) !== undefined);
    const architected = Object.keys(architectedFields) as (keyof typeof architectedFields)[];
    const memory = new MemoryImage(0x4000);
    const linux = Object.fromEntries(names.map((name) => [name, spelled(name, sizes.get(name) ?? 0)])) as LowcoreValues;
    const values = Object.fromEntries(architected.map((name) => [name, spelled(name, architectedFields[name][1])]));
    writeSaveArea(memory, 0x2000, s390xCpu({ linuxCpu: 0, prefix: 0x2000 }));
    writeLowcore(memory, 0x2000, { kernel, linux, architected: values });
    const decoded = view(layout, memory.read(0x2000, 0x2000));
    const valueOf = (name: string): bigint | undefined => {
      const value = decoded.fields.find((field) => field.name === name)?.value;
      return value === undefined ? undefined : BigInt(value);
    };

    it('reads every Linux-private field at its place', () => {
      expect(names.length).toBeGreaterThan(20);
      expect(Object.fromEntries(names.map((name) => [name, valueOf(name)]))).toEqual(linux);
    });

    it('has every field that the builder has, and no other of those', () => {
      expect(
        ['cpu_flags', 'pcpu', 'panic_stack', 'nodat_stack', 'mcck_stack', 'lpp', 'last_break', 'thread_info', 'return_lpswe'].filter((name) => sizes.has(name)),
      ).toEqual(
        ['cpu_flags', 'pcpu', 'panic_stack', 'nodat_stack', 'mcck_stack', 'lpp', 'last_break', 'thread_info', 'return_lpswe'].filter(
          (name) => isLowcoreField(name) && lowcoreOffset(kernel, name) !== undefined,
        ),
      );
    });

    it('reads every architected field at its place', () => {
      // Counts are decimal numbers in JSON, codes are text; both are the same number.
      expect(Object.fromEntries(architected.map((name) => [name, valueOf(name)]))).toEqual(values);
    });

    it('reads the stored status, whose registers spell their names', () => {
      const texts = (name: string, size: 4 | 8, letter: string): string[] =>
        Array.from({ length: 16 }, (_, index) => hex(numberFromText(spelledText(`${letter}${index}`, size)))).map((text, index) => `${name}[${index}] ${text}`);
      const found = (name: string): string[] =>
        Array.from({ length: 16 }, (_, index) => `${name}[${index}] ${String(decoded.fields.find((field) => field.name === `${name}[${index}]`)?.value)}`);
      expect(found('gpregs_save_area')).toEqual(texts('gpregs_save_area', 8, 'r'));
      expect(found('cregs_save_area')).toEqual(texts('cregs_save_area', 8, 'cr'));
      expect(found('access_regs_save_area')).toEqual(texts('access_regs_save_area', 4, 'a'));
      expect(found('floating_pt_save_area')).toEqual(texts('floating_pt_save_area', 8, 'f'));
      expect(valueOf('prefixreg_save_area')).toBe(0x2000n);
    });

    it('has no two fields on the same bytes', () => {
      const ends = [...leaves(layout)].sort((a, b) => a.offset - b.offset);
      const overlaps = ends
        .filter((leaf, index) => index > 0 && (ends[index - 1]?.offset ?? 0) + (ends[index - 1]?.field.size ?? 0) > leaf.offset)
        .map(({ path }) => path);
      expect(overlaps).toEqual([]);
    });
  });
});
