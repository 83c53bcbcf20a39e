/**
 * The page job as WebAssembly with SIMD (assembly/page-job.ts, built by scripts/page-job.mjs): its memory holds the pages
 * of one read, so that a read can go straight there.
 */
import { readFileSync } from 'node:fs';
import { pageStates, type pageClasses } from '../../../shared/page-words.ts';
import { pageSize } from '../../../shared/units.ts';
import { aarch64Opcodes, s390xOpcodes, x86PairBits } from '../code-likeness.ts';
import { littleEndianBytes, littleEndianWords } from '../little-endian.ts';
import { classCode, classThresholds, entropyMostPairs } from '../page-class.ts';
import type { PageJob } from '../page-job-type.ts';
import { metaByte, stateCode } from '../page-meta.ts';

/** The part of WebAssembly's JavaScript interface that is used here: TypeScript has it in its library for browsers only. */
declare const WebAssembly: {
  validate(code: Uint8Array): boolean;
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};
interface WasmGlobal {
  readonly value: number;
}

/** What assembly/page-job.ts exports. Globals are places in its memory. */
interface PageJobExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly settingsAt: WasmGlobal;
  readonly s390xTableAt: WasmGlobal;
  readonly aarch64TableAt: WasmGlobal;
  readonly x86PairsAt: WasmGlobal;
  readonly statesAt: WasmGlobal;
  readonly metaAt: WasmGlobal;
  readonly fingerprintsAt: WasmGlobal;
  readonly sumsAt: WasmGlobal;
  readonly bytesAt: WasmGlobal;
  readonly mostPages: WasmGlobal;
  prepare(pages: number): number;
  run(pages: number): number;
}

const place = (global: WasmGlobal): number => global.value;

let compiled: object | undefined;

/** The module, compiled once: workers are handed the engine's. Undefined where this engine knows no SIMD. */
export function pageJobModule(): object | undefined {
  if (compiled !== undefined) return compiled;
  const code = readFileSync(new URL('page-job.wasm', import.meta.url));
  return WebAssembly.validate(code) ? (compiled = new WebAssembly.Module(code)) : undefined;
}

/** Takes what another thread has compiled. */
export function useCompiledPageJob(module: object | undefined): void {
  compiled = module;
}

/** Numbers in the order of the settings of assembly/page-job.ts. */
const settings = [
  classThresholds.textLeastBytes,
  classThresholds.textShare,
  classThresholds.s390xCode,
  classThresholds.aarch64Code,
  classThresholds.x86Code,
  classThresholds.pointersLeast,
  classThresholds.pointersShare,
  entropyMostPairs,
];
/** The order of its classes; it knows no names. */
const classOrder = ['zero', 'fill', 'text', 'code', 'pointers', 'entropy', 'data'] as const satisfies typeof pageClasses;

/**
 * @param pages of one call at most
 * @returns undefined where WebAssembly has no SIMD
 */
export function createWasmPageJob(pages: number): PageJob | undefined {
  const module = pageJobModule();
  if (module === undefined) return undefined;
  const job = new WebAssembly.Instance(module).exports as PageJobExports;
  if (pages > place(job.mostPages)) throw new RangeError(`a page job takes ${place(job.mostPages)} pages at most`);
  const { buffer: first } = job.memory;
  const put = (at: number, bytes: Uint8Array): void => {
    new Uint8Array(first, at, bytes.length).set(bytes);
  };
  put(place(job.settingsAt), littleEndianBytes(Int32Array.from(settings)));
  put(
    place(job.settingsAt) + 64,
    Uint8Array.from(classOrder, (name) => (name === 'zero' ? metaByte(stateCode.zero) : metaByte(stateCode.present, classCode[name]))),
  );
  put(
    place(job.settingsAt) + 80,
    Uint8Array.from(pageStates, (_, state) => metaByte(state)),
  );
  put(place(job.s390xTableAt), s390xOpcodes);
  put(place(job.aarch64TableAt), aarch64Opcodes);
  put(place(job.x86PairsAt), littleEndianBytes(x86PairBits));
  if (job.prepare(pages) === 0) throw new RangeError(`there is no memory for a page job of ${pages} pages`);
  const { buffer } = job.memory;
  const bytes = new Uint8Array(buffer, place(job.bytesAt), pages * pageSize);
  const states = new Uint8Array(buffer, place(job.statesAt), pages);
  const meta = new Uint8Array(buffer, place(job.metaAt), pages);
  const fingerprints = new Uint8Array(buffer, place(job.fingerprintsAt), pages * 8);
  const sums = new Uint8Array(buffer, place(job.sumsAt), pages * 4);
  return {
    kind: 'wasm',
    bytes,
    run(input, inputStates, outFingerprints, outMeta, outSums) {
      const count = inputStates.length;
      if (input.buffer !== buffer || input.byteOffset !== bytes.byteOffset) bytes.set(input.subarray(0, count * pageSize));
      states.set(inputStates);
      const stored = job.run(count);
      outMeta.set(meta.subarray(0, count));
      outFingerprints.set(littleEndianWords(fingerprints.subarray(0, count * 8)));
      outSums?.set(littleEndianWords(sums.subarray(0, count * 4)));
      return stored;
    },
  };
}
