/**
 * Machine code as text, by capstone 5 (package @alexaltea/capstone-js: capstone as WebAssembly). It is loaded when the first instruction is asked for. What it
 * works on is copied into its own memory in pieces of 1 KiB, so its memory does not grow with what is asked.
 */
import { createRequire } from 'node:module';
import type { Decoded, Decoder, InstructionSet } from './instruction-set.ts';

interface CapstoneInstruction {
  readonly address: bigint;
  readonly size: number;
  readonly mnemonic: string;
  readonly op_str: string;
}
interface CapstoneHandle {
  /** Throws where the first bytes are not an instruction. */
  disasm(bytes: Uint8Array, address: bigint, most: number): readonly CapstoneInstruction[];
}
/** What of the package is used here. */
interface Capstone {
  readonly Capstone: new (arch: number, mode: number) => CapstoneHandle;
  readonly ARCH_SYSZ: number;
  readonly ARCH_X86: number;
  readonly ARCH_ARM64: number;
  readonly MODE_BIG_ENDIAN: number;
  readonly MODE_LITTLE_ENDIAN: number;
  readonly MODE_64: number;
}

/** Next to a bundle lie the package's two files (scripts/build.mjs); a checkout has the package. */
function loadCapstone(): Promise<Capstone> {
  const load = createRequire(import.meta.url);
  const from = (place: string): Promise<Capstone> => (load(place) as () => Promise<Capstone>)();
  try {
    return from('./capstone.cjs');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    return from('@alexaltea/capstone-js');
  }
}

/** The library, without any code or dump in it. */
let library: Promise<Capstone> | undefined;

const handles: Readonly<Record<Decoder, (capstone: Capstone) => CapstoneHandle>> = {
  s390x: (capstone) => new capstone.Capstone(capstone.ARCH_SYSZ, capstone.MODE_BIG_ENDIAN),
  x86_64: (capstone) => new capstone.Capstone(capstone.ARCH_X86, capstone.MODE_64),
  aarch64: (capstone) => new capstone.Capstone(capstone.ARCH_ARM64, capstone.MODE_LITTLE_ENDIAN),
};
const opened = new Map<Decoder, CapstoneHandle>();

/** Bytes that are handed over at once. */
const pieceBytes = 1024;

/** Bytes that are not an instruction; `mnemonic` is empty. */
export const isUndecoded = ({ mnemonic }: Decoded): boolean => mnemonic === '';

/**
 * Instructions one after the other, `most` at most. Bytes that are none come as such, as many as an instruction there would have; an instruction that the
 * end cuts is left out.
 */
export type Decode = (bytes: Uint8Array, address: bigint, most: number) => readonly Decoded[];

/** @returns a decoder of the machine; the library is loaded once */
export async function decoderOf(set: InstructionSet): Promise<Decode> {
  // One that could not be loaded is reloaded the next time.
  library ??= loadCapstone().catch((error: unknown) => {
    library = undefined;
    throw error;
  });
  const capstone = await library;
  const handle = opened.get(set.decoder) ?? handles[set.decoder](capstone);
  opened.set(set.decoder, handle);
  const some = (bytes: Uint8Array, address: bigint, most: number): readonly CapstoneInstruction[] => {
    try {
      return handle.disasm(bytes, address, most);
    } catch {
      return [];
    }
  };
  return (bytes, address, most) => {
    const found: Decoded[] = [];
    for (let done = 0; done < bytes.length && found.length < most;) {
      const at = BigInt.asUintN(64, address + BigInt(done));
      const piece = bytes.subarray(done, done + pieceBytes);
      const instructions = some(piece, at, most - found.length);
      for (const { size, mnemonic, op_str: operands } of instructions) {
        const whole = set.misread?.(mnemonic, bytes.subarray(done));
        if (whole !== undefined) {
          if (done + whole.length > bytes.length) return found;
          found.push({
            address: BigInt.asUintN(64, address + BigInt(done)),
            bytes: bytes.subarray(done, done + whole.length),
            mnemonic,
            operands: whole.operands,
          });
          done += whole.length;
          // Those after it were decoded from inside it.
          break;
        }
        found.push({ address: BigInt.asUintN(64, address + BigInt(done)), bytes: bytes.subarray(done, done + size), mnemonic, operands });
        done += size;
      }
      if (instructions.length > 0) continue;
      const length = set.lengthBy(bytes[done] ?? 0) ?? Number(set.alignment);
      // Whether the rest would be one is not known where less than the longest is left.
      const isCut = set.lengthBy(bytes[done] ?? 0) === undefined ? bytes.length - done < set.longest : bytes.length - done < length;
      if (isCut) break;
      found.push({ address: at, bytes: bytes.subarray(done, done + length), mnemonic: '', operands: '' });
      done += length;
    }
    return found;
  };
}
