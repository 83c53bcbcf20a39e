/** Machine code against the kernel's own disassembler: the lines "Krnl Code:" that an oops of s390x prints (arch/s390/kernel/dis.c). */
import { describe, expect, it } from 'vitest';
import type { DisassemblyJson, InstructionJson } from '../../../src/shared/code-model.ts';
import { describeDisassembly } from '../../../src/analysis/engine/kernel/disassemble.ts';
import { crashDumps, crashOracle } from '../../dumps.ts';
import { withSession } from '../oracle-suite.ts';

const never = new AbortController().signal;

interface Printed {
  /** ">" where the PSW is, "#" one before it. */
  readonly sign: string;
  readonly address: bigint;
  readonly hex: string;
  readonly text: string;
}

/** Reports of a log: lines of instructions below "Krnl Code:". */
function reports(log: string): readonly (readonly Printed[])[] {
  return log
    .split('Krnl Code:')
    .slice(1)
    .map((rest) => {
      const found: Printed[] = [];
      for (const line of rest.split('\n')) {
        const [, sign = '', address, hex, text] = /^(?:\[[^\]]*\] ?)*\s*([#>]?)([0-9a-f]{16}): ([0-9a-f]{4,12})\s+(\S.*?)\s*$/.exec(line) ?? [];
        if (address === undefined || hex === undefined || text === undefined) break;
        found.push({ sign, address: BigInt(`0x${address}`), hex, text });
      }
      return found;
    });
}

/** Condition masks of the extended mnemonics (Principles of Operation, chapter 5), which the kernel does not use. */
const masks: Readonly<Record<string, number>> = { o: 1, h: 2, nle: 3, l: 4, nhe: 5, lh: 6, ne: 7, e: 8, nlh: 9, he: 10, nl: 11, le: 12, nh: 13, no: 14 };
const extended: readonly (readonly [RegExp, (mask: number, operands: readonly string[], mnemonic: string) => readonly [string, readonly string[]]])[] = [
  [/^br$/, (_, operands) => ['bcr', ['15', ...operands]]],
  [/^b(\w+)r$/, (mask, operands) => ['bcr', [String(mask), ...operands]]],
  [/^j$/, (_, operands) => ['brc', ['15', ...operands]]],
  [/^jg$/, (_, operands) => ['brcl', ['15', ...operands]]],
  [/^jg(\w+)$/, (mask, operands) => ['brcl', [String(mask), ...operands]]],
  [/^j(\w+)$/, (mask, operands) => ['brc', [String(mask), ...operands]]],
  [/^cl?g?[ir]j(\w+)$/, (mask, operands, mnemonic) => [mnemonic.replace(/(j)\w+$/, '$1'), [...operands.slice(0, 2), String(mask), ...operands.slice(2)]]],
];

/** Mnemonic and operands with decimal numbers and without blanks. */
function plain(mnemonic: string, operands: string): string {
  const numbers = operands
    .replaceAll(' ', '')
    .replaceAll(/(?<![%\w])(?:0x([0-9a-f]+)|(0[0-9a-f]{15}))/g, (_, hex: string | undefined, padded: string | undefined) =>
      String(BigInt(`0x${hex ?? padded ?? '0'}`)),
    );
  return `${mnemonic} ${numbers}`;
}

function asKernel({ mnemonic = '', operands = '' }: InstructionJson): string {
  const list = operands.split(/, (?![^(]*\))/);
  for (const [pattern, change] of extended) {
    const found = pattern.exec(mnemonic);
    const mask = found?.[1] === undefined ? 15 : masks[found[1]];
    if (found === null || mask === undefined) continue;
    const [name, changed] = change(mask, list, mnemonic);
    return plain(name, changed.join(','));
  }
  return plain(mnemonic, operands);
}

function differences(report: readonly Printed[], instructions: readonly InstructionJson[]): readonly string[] {
  const first = report.find(({ sign }) => sign === '#') ?? report.find(({ sign }) => sign === '>');
  // What is printed before is decoded from a guessed place, which may lie inside an instruction (find_start in dis.c).
  return report
    .filter(({ address }) => first !== undefined && address >= first.address)
    .flatMap(({ address, hex, text }) => {
      const mine = instructions.find((one) => BigInt(one.address) === address);
      const [mnemonic = '', operands = ''] = text.split(/\s+/);
      const wanted = plain(mnemonic, operands);
      return mine?.hex === hex && asKernel(mine) === wanted ? [] : [`${wanted}: ${mine === undefined ? 'no instruction there' : asKernel(mine)}`];
    });
}

/** The end of the system by the guest's own log, where that is an exception. */
const ends: Readonly<Record<string, '#' | '>'>> = {
  'c-null-kthread': '>',
  'c-k61-null': '>',
  'c-badcall-stale': '>',
  'c-bug-process': '#',
  'c-bug-softirq': '#',
  'c-cpu-offline': '#',
  'c-list-corrupt': '#',
  'c-trace-graph': '#',
};

const printed = crashDumps.flatMap((entry) => {
  const found = reports(crashOracle(entry.name, 'dmesg.txt') ?? '').filter((report) => report.length > 0);
  return found.length === 0 ? [] : [[entry.name, entry, found] as const];
});

describe.skipIf(printed.length === 0)('disassembly', () => {
  if (printed.length === 0) it('needs the real dumps', () => undefined);
  it.each(printed)('%s: the instructions that the kernel printed', async (name, entry, all) => {
    const answers = await withSession(entry, async (opened) => {
      // Of two systems the log is that of the first.
      const session = opened.twoSystems === undefined ? opened : opened.inView('prod');
      const found: (readonly [readonly Printed[], DisassemblyJson])[] = [];
      for (const report of all) {
        const at = report.find(({ sign }) => sign === '#') ?? report.find(({ sign }) => sign === '>');
        found.push([report, await describeDisassembly(session, { space: 'virtual', address: at?.address ?? 0n, count: report.length }, never)]);
      }
      return found;
    });
    for (const [report, { instructions }] of answers) {
      expect(differences(report, instructions)).toEqual([]);
      const compared = report.length - report.findIndex(({ sign }) => sign !== '');
      const altered = instructions.map((one) => ({ ...one, mnemonic: `${one.mnemonic ?? ''}x` }));
      expect(differences(report, altered)).toHaveLength(compared);
    }
    // The instruction that failed is the kernel's own sign: of a BUG() the monitor call that the PSW points past.
    const sign = ends[name.replace(/\.\w+$/, '')];
    const [last] = answers.slice(-1);
    const failed = last?.[1].instructions.filter(({ marks }) => marks?.some(({ kind }) => kind === 'fault') === true).map(({ address }) => BigInt(address));
    const signed = last?.[0].filter((line) => line.sign === sign).map(({ address }) => address);
    if (sign !== undefined) expect(failed).toEqual(signed);
  });
});
