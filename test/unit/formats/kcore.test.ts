import { expect, it } from 'vitest';
import type { ProgramHeader } from '../../../src/analysis/formats/elf-layout.ts';
import { kcoreLoads, numbered } from '../../../src/analysis/formats/kcore.ts';

const page = 0x1000n;
const many = 100_000;

/** Every other page of RAM in the linear map, and a view of the kernel image for each, of which some lie in RAM. */
function* headers(): Generator<ProgramHeader> {
  const rest = { p_type: 1, p_flags: 7, p_offset: 0n, p_filesz: page, p_memsz: page, p_align: page };
  for (let at = 1n; at <= many; at += 1n) yield { ...rest, p_vaddr: 0xffff_8880_0000_0000n + 2n * at * page, p_paddr: 2n * at * page };
  for (let at = 1n; at <= many; at += 1n) yield { ...rest, p_vaddr: 0xffff_ffff_8000_0000n + at * page, p_paddr: at * page };
}

it('finds second views of the image among a hundred thousand pieces of RAM, each by one look', () => {
  const { loads, placed } = kcoreLoads('x86_64', headers());
  expect(placed).toHaveLength(2 * many);
  // Odd pages are in no RAM; even ones from page 2 on are there already.
  expect(loads).toHaveLength(many + many / 2);
});

it('returns no more of a hundred thousand loads than requested', () => {
  let read = 0;
  const loads = new Proxy([...headers()], {
    get(target, name, receiver): unknown {
      if (typeof name === 'string' && /^\d+$/.test(name)) read += 1;
      return Reflect.get(target, name, receiver);
    },
  });
  const [first] = numbered(loads)(many + 5);
  expect(first).toMatchObject({ number: many + 5, p_paddr: 6n * page });
  expect(read).toBe(1);
  expect([...numbered(loads)(2 * many - 2)].map(({ number }) => number)).toEqual([2 * many - 2, 2 * many - 1]);
  expect([...numbered(loads)(2 * many)]).toEqual([]);
});
