/**
 * Machine code of x86_64 and aarch64 against objdump of binutils: on the text of real kernels, for functions drawn by the seed, where each
 * instruction begins and which one it is. (The kernel of s390x prints its own disassembly: disassembly.test.ts.)
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeDisassembly } from '../../../src/analysis/engine/kernel/disassemble.ts';
import type { InstructionJson } from '../../../src/shared/code-model.ts';
import type { Session } from '../../../src/analysis/engine/session/session.ts';
import { isDumpError } from '../../../src/shared/dump-error.ts';
import { crashDumps, dumpEntries } from '../../dumps.ts';
import { describeNeeding } from '../../requirements.ts';
import { runs, sample } from '../../run-size.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { withSession } from '../oracle-suite.ts';
import { isFailure } from '../../../src/shared/result.ts';

const never = new AbortController().signal;
const folder = scratchFolder();

interface Line {
  readonly address: bigint;
  readonly hex: string;
  readonly text: string;
}

const machines = {
  x86_64: { program: 'x86_64-linux-gnu-objdump', options: ['-m', 'i386:x86-64', '-M', 'intel'], littleWords: false },
  // objdump prints the instruction as a number.
  aarch64: { program: 'aarch64-linux-gnu-objdump', options: ['-m', 'aarch64'], littleWords: true },
} as const;
type Machine = keyof typeof machines;

function objdump(machine: Machine, code: Buffer, address: bigint): readonly Line[] {
  const { program, options, littleWords } = machines[machine];
  const path = join(folder, 'code');
  writeFileSync(path, code);
  const text = execFileSync(program, ['-D', '-w', '-z', '-b', 'binary', ...options, `--adjust-vma=0x${address.toString(16)}`, path], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return [...text.matchAll(/^ *([0-9a-f]+):\t((?:[0-9a-f]{2,8} ?)+?) *\t(.*)$/gm)].map(([, at = '', bytes = '', rest = '']) => {
    const plain = bytes.replaceAll(' ', '');
    return { address: BigInt(`0x${at}`), hex: littleWords ? Buffer.from(plain, 'hex').reverse().toString('hex') : plain, text: rest.trim() };
  });
}

/** Words for one instruction that the two write in other ways. */
const same: Readonly<Record<string, string>> = {
  movabs: 'mov',
  repz: 'rep',
  repe: 'rep',
  repnz: 'repne',
  fwait: 'wait',
  pushfq: 'pushf',
  popfq: 'popf',
  iretq: 'iret',
  sysretq: 'sysret',
  lretq: 'retf',
  // Conditions of aarch64: higher or same is carry set, lower is carry clear.
  'b.lo': 'b.cc',
  'b.hs': 'b.cs',
  // VMMCALL with a prefix, for guests with encrypted registers (AMD64 Architecture Programmer's Manual, volume 3).
  vmgexit: 'vmmcall',
};
/** String instructions whose operand says the width. */
const sized = /^(stos|movs|lods|scas|cmps|ins|outs)[bwdq]$/;

/** The mnemonic as both would write it: without prefixes, in one of the words that mean the same. */
function mnemonic(text: string): string {
  // Its own operand of 16 bits: two bytes of nothing.
  if (/^(?:data16 )*xchg\s+ax,\s*ax$/.test(text)) return 'nop';
  const words = text.split(/[\s,]+/);
  const named = words.find((word) => !/^(?:lock|rep(?:n?[ez])?|cs|ds|es|ss|fs|gs|data16|addr32|notrack|bnd|xacquire|xrelease|rex(?:\.\w+)?)$/.test(word)) ?? '';
  return sized.exec(named)?.[1] ?? same[named] ?? named;
}

const differences = (instructions: readonly InstructionJson[], lines: readonly Line[]): readonly string[] => {
  const byAddress = new Map(lines.map((line) => [line.address, line]));
  return instructions.flatMap(({ address, hex, mnemonic: ours, operands }) => {
    const line = byAddress.get(BigInt(address));
    const text = `${address} ${hex} ${ours ?? '(none)'} ${operands ?? ''}`;
    if (line === undefined) return [`${text}: objdump has no instruction there`];
    if (line.hex !== hex) return [`${text}: objdump has ${line.hex} ${line.text}`];
    const none = /^\(bad\)|^\.inst|undefined$/.test(line.text);
    if (ours === undefined || none) return (ours === undefined) === none ? [] : [`${text}: objdump has ${line.text}`];
    return mnemonic(`${ours} ${operands ?? ''}`) === mnemonic(line.text) ? [] : [`${text}: objdump has ${line.text}`];
  });
};

const wanted: readonly (readonly [string, Machine])[] = [
  ['o-x86-x1-kdump-raw-d31', 'x86_64'],
  ['c-x86-null.kdump', 'x86_64'],
  ['o-a64-a1-qemu.elf', 'aarch64'],
];
const cases = wanted.flatMap(([name, machine]) => {
  const entry = [...dumpEntries, ...crashDumps].find((one) => one.name === name);
  return entry === undefined ? [] : [[name, machine, entry] as const];
});

/** Functions of the image with a name, between _stext and _etext. */
async function functionsOf(session: Session): Promise<readonly bigint[]> {
  await session.findKernel(never);
  await session.knownKernel.ready(['symbols'], never);
  const { symbols: found } = session.knownKernel;
  if (isFailure(found)) throw new Error('no symbols');
  const [start = 0n, end = 0n] = ['_stext', '_etext'].map((name) => found.value.lookup(name)[0]?.address);
  expect(end).toBeGreaterThan(start);
  const places = [...found.value.all()].flatMap(({ type, address }) => (/[tT]/.test(type) && address >= start && address < end ? [address] : []));
  return [...new Set(places)].sort((one, other) => (one < other ? -1 : 1));
}

/** Instructions of a function as we show them; undefined where a page of it is not in the dump. */
async function shown(session: Session, address: bigint): Promise<readonly InstructionJson[] | undefined> {
  try {
    const { instructions, complete } = await describeDisassembly(session, { space: 'virtual', address, whole: true }, never);
    return complete ? instructions : undefined;
  } catch (error) {
    if (isDumpError(error)) return undefined;
    throw error;
  }
}

describeNeeding('objdump', 'code of other machines', () => {
  it.each(cases)('%s: objdump sees the same instructions of %s', async (name, machine, entry) => {
    await withSession(entry, async (session) => {
      let compared = 0;
      const found: string[] = [];
      for (const address of sample(await functionsOf(session), runs(60, 200), `functions of ${name}`)) {
        const instructions = await shown(session, address);
        const [first] = instructions ?? [];
        if (instructions === undefined || first === undefined) continue;
        const code = Buffer.from(instructions.map(({ hex }) => hex).join(''), 'hex');
        const lines = objdump(machine, code, BigInt(first.address));
        found.push(...differences(instructions, lines));
        compared += instructions.length;
        if (compared > instructions.length) continue;
        // The twin: another mnemonic, and an instruction that begins elsewhere, are noticed.
        expect(differences([{ ...first, mnemonic: 'hlt' }], lines)).toHaveLength(1);
        expect(differences([{ ...first, address: `0x${(BigInt(first.address) - 1n).toString(16)}` }], lines)).toHaveLength(1);
      }
      expect(compared).toBeGreaterThan(1000);
      expect(found.slice(0, 40)).toEqual([]);
    });
  });
});
