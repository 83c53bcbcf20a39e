/** `disassemble`: the instructions at an address, with what they name and what the CPUs' stacks say of them. */
import { mostFunctionBytes, mostInstructions, type DisassemblyJson, type InstructionJson } from '../../../shared/code-model.ts';
import { cpuNumbering } from '../../../shared/cpu-registers.ts';
import { defined } from '../../../shared/defined.ts';
import { DumpError } from '../../../shared/dump-error.ts';
import { schemaVersion, type AddressSpace } from '../../../shared/model.ts';
import type { Missing } from '../../../shared/result.ts';
import { hex } from '../../../shared/units.ts';
import { decoderOf, isUndecoded, type Decode } from '../../arch/decoder.ts';
import { architectures } from '../../arch/index.ts';
import type { Decoded, InstructionSet } from '../../arch/instruction-set.ts';
import type { SymbolAt, SymbolTable } from '../../kernel/symbols/symbol-table.ts';
import { readMemory } from '../bytes/read.ts';
import { lookForCpus } from './look-for-cpus.ts';
import { machineCpus } from '../machine/machine-cpus.ts';
import { selectCpu } from '../session/select-cpu.ts';
import type { Session } from '../session/session.ts';
import { codeMarks, markJson, type CodeMark } from './code-marks.ts';
import { allNames } from './kernel-names.ts';

export interface DisassemblyRequest {
  readonly space: AddressSpace;
  readonly address: bigint;
  readonly cpu?: number | undefined;
  readonly count?: number | undefined;
  /** The whole function that the address lies in. */
  readonly whole?: boolean | undefined;
}

/** Shown before and from an address on where nothing else is asked. */
const before = 8;
const after = 16;

interface Code {
  readonly bytes: Uint8Array;
  /** Why it ends early. */
  readonly cut?: Missing;
}

type ReadCode = (address: bigint, length: number) => Code;

const end = 1n << 64n;

/**
 * Reads code up to the first byte that the dump has not. A virtual address is the kernel's, whichever CPU is named.
 * @throws DumpError unsupported where a CPU ran user code: on s390x the kernel has other memory at the same address
 */
async function readerOf(session: Session, request: DisassemblyRequest, signal: AbortSignal): Promise<{ readonly read: ReadCode; readonly isKernel: boolean }> {
  const { space, cpu } = request;
  const { registers } = architectures[session.image.machine.arch];
  const owner = space !== 'virtual' || cpu === undefined ? undefined : selectCpu(session, cpu);
  if (owner !== undefined && registers.isUserCode(owner) === true && registers.programCounter(owner) === request.address)
    throw new DumpError(
      'unsupported',
      { file: session.path, address: request.address },
      `CPU ${cpu ?? ''} ran user code there, which is not disassembled`,
      'an address of kernel code',
    );
  const what = (at: bigint): string => `instructions starting at ${hex(at)}`;
  if (space === 'virtual') {
    const { memory } = await session.findKernel(signal);
    return {
      isKernel: true,
      read(address, length) {
        const { bytes, absences } = memory.partial(address, length);
        const [first] = absences;
        if (first === undefined) return { bytes };
        const { address: start } = first;
        return {
          bytes: bytes.subarray(0, Number(start - address)),
          cut: { what: what(start), why: first.detail, where: { space: 'virtual', start: hex(start), end: hex(start + 1n) } },
        };
      },
    };
  }
  return {
    isKernel: false,
    read(address, length) {
      const { data, absent } = readMemory(session, { space, address, length, cpu });
      const [first] = absent;
      if (first === undefined) return { bytes: data };
      return {
        bytes: data.subarray(0, Number(BigInt(first.start) - address)),
        cut: { what: what(BigInt(first.start)), why: first.reason ?? `${first.state} in this dump`, where: { space, start: first.start, end: first.end } },
      };
    },
  };
}

const placeText = ({ name, offset, module }: SymbolAt): string => `${name}+${hex(offset)}${module === undefined ? '' : ` [${module}]`}`;

/** The function of an address, if it is code of a size that is believed. */
function functionAt(names: SymbolTable | undefined, address: bigint): (DisassemblyJson['function'] & { readonly at: bigint }) | undefined {
  const found = names?.at(address);
  if (found === undefined) return undefined;
  const at = address - BigInt(found.offset);
  const isCode = names?.lookup(found.name).some((symbol) => symbol.address === at && /^[TtWw]$/.test(symbol.type)) === true;
  return isCode ? { name: found.name, start: hex(at), at, ...defined({ size: found.size, module: found.module }) } : undefined;
}

interface Shown {
  readonly instructions: readonly Decoded[];
  readonly missing: readonly Missing[];
  readonly complete: boolean;
}

function shown(request: DisassemblyRequest, set: InstructionSet, decode: Decode, read: ReadCode, found: ReturnType<typeof functionAt>): Shown {
  const { address } = request;
  const upTo = (count: number): number => Math.min(count * set.longest, Number(end - address));
  const from = (count: number): Shown => {
    const code = read(address, upTo(count));
    const instructions = decode(code.bytes, address, count);
    const isShort = instructions.length < count;
    return { instructions, complete: !isShort, missing: isShort && code.cut !== undefined ? [code.cut] : [] };
  };
  if (request.count !== undefined) return from(request.count);
  if (request.whole === true && found !== undefined) {
    const size = Math.min(found.size ?? mostFunctionBytes, mostFunctionBytes);
    const code = read(found.at, size);
    const instructions = decode(code.bytes, found.at, mostInstructions);
    const covered = instructions.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const isWhole = found.size !== undefined && covered >= found.size;
    const why =
      found.size === undefined
        ? 'no symbol follows that would end the function'
        : found.size > mostFunctionBytes || instructions.length >= mostInstructions
          ? `${mostFunctionBytes} bytes and ${mostInstructions} instructions are shown at most`
          : 'its last bytes are not a whole instruction';
    return {
      instructions,
      complete: isWhole,
      missing: isWhole ? [] : [code.cut ?? { what: `the end of ${found.name}`, why }],
    };
  }
  const rest = from(after);
  const distance = found === undefined ? undefined : Number(address - found.at);
  if (found === undefined || distance === undefined || distance <= 0 || distance > mostFunctionBytes) return rest;
  const code = read(found.at, distance);
  const earlier = code.cut === undefined ? decode(code.bytes, found.at, distance) : [];
  const last = earlier.at(-1);
  // Code is decoded from the start of its function: an address that it does not meet lies inside an instruction, or data lies in between.
  const meets = last !== undefined && last.address + BigInt(last.bytes.length) === address;
  if (meets) return { ...rest, instructions: [...earlier.slice(-before), ...rest.instructions] };
  const why = code.cut?.why ?? `decoded from the start of ${found.name}, no instruction begins at ${hex(address)}`;
  return { ...rest, missing: [...rest.missing, { what: `instructions before ${hex(address)}`, why }] };
}

const misplaced = (address: bigint, begin: bigint, { alignment }: InstructionSet): Missing => ({
  what: `an instruction at ${hex(address)}`,
  why: `instructions begin at ${alignment === 2n ? 'even addresses' : `multiples of ${alignment} bytes`}, so those starting at ${hex(begin)} are shown`,
});

/** @throws DumpError unsupported where the machine's code is not disassembled, absent where the dump has no byte of it; Cancelled */
export async function describeDisassembly(session: Session, request: DisassemblyRequest, signal: AbortSignal): Promise<DisassemblyJson> {
  const { arch } = session.image.machine;
  const set = architectures[arch].instructions;
  const { space, address, cpu } = request;
  if (set === undefined)
    throw new DumpError('unsupported', { file: session.path }, `code of ${arch} is not disassembled`, 'a dump of s390x, x86_64 or aarch64');
  await lookForCpus(session, signal);
  const { read, isKernel } = await readerOf(session, request, signal);
  const search = isKernel ? await allNames(session, signal) : undefined;
  const names = search === undefined || 'why' in search ? undefined : search;
  const found = functionAt(names, address);
  if (request.whole === true && found === undefined) {
    const why = search !== undefined && 'why' in search ? search.why : isKernel ? 'no function has a name there' : 'names are known only for kernel code';
    throw new DumpError('absent', { file: session.path, address }, why, 'an address inside a function, or a number of instructions', 'attach-symbols');
  }
  if (request.count !== undefined && address % set.alignment !== 0n)
    throw new DumpError('absent', { file: session.path, address }, `${hex(address)} is not an address of code`, `a multiple of ${set.alignment} bytes`);
  const decode = await decoderOf(set);
  const begin = address - (address % set.alignment);
  const code = shown({ ...request, address: begin }, set, decode, read, found);
  const { instructions, complete } = code;
  const missing = begin === address || request.whole === true ? code.missing : [...code.missing, misplaced(address, begin, set)];
  const [first] = missing;
  if (instructions.length === 0 && first !== undefined)
    throw new DumpError('absent', { file: session.path, address }, `the dump has no instruction there: ${first.why}`, 'an address of code that the dump holds');
  const marks = isKernel ? await codeMarks(session, signal) : [];
  const byAddress = Map.groupBy(marks, (mark) => mark.address);
  const symbolAt = (at: bigint): string | undefined => {
    const place = names?.at(at);
    return place === undefined ? undefined : placeText(place);
  };
  const rowOf = (one: Decoded): InstructionJson => {
    const target = isUndecoded(one) ? undefined : set.target(one);
    const own: readonly CodeMark[] = byAddress.get(one.address) ?? [];
    return {
      address: hex(one.address),
      hex: Buffer.from(one.bytes).toString('hex'),
      ...(isUndecoded(one) ? {} : { mnemonic: one.mnemonic, operands: one.operands }),
      ...defined({ symbol: symbolAt(one.address) }),
      ...(target === undefined ? {} : { target: { address: hex(target), ...defined({ symbol: symbolAt(target) }) } }),
      ...(own.length === 0 ? {} : { marks: own.map((mark) => markJson(mark, one, set, symbolAt)) }),
    };
  };
  const { at: _at, ...ofFunction } = found ?? { at: undefined };
  return {
    schema: schemaVersion,
    arch,
    space,
    address: hex(address),
    ...defined({ cpu }),
    numbering: cpuNumbering(machineCpus(session).cpus),
    ...('name' in ofFunction ? { function: ofFunction } : {}),
    instructions: instructions.map(rowOf),
    complete,
    missing: [...missing],
  };
}
