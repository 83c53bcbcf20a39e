/**
 * Page decoders in WebAssembly (assembly/page-codecs.ts, built by scripts/page-job.mjs) in front of the plain ones: a call
 * for a page of 4 KiB costs less than the way into node:zlib. They say yes only where they are sure of every byte; for
 * anything else the plain decoder decides, and finds the words for what is wrong.
 */
import type { PageCodec, PageDecoder } from '../page-codec.ts';
import { pageCodecsModule } from './page-codecs-module.ts';

/** The part of WebAssembly's JavaScript interface that is used here: TypeScript has it in its library for browsers only. */
declare const WebAssembly: {
  validate(code: Uint8Array): boolean;
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

type Decode = (inputAt: number, inputBytes: number, outputBytes: number) => number;
interface PageCodecsExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly mostBytes: { readonly value: number };
  readonly inputAt: { readonly value: number };
  readonly outputAt: { readonly value: number };
  readonly zlib: Decode;
  readonly lzo: Decode;
  readonly snappy: Decode;
  readonly zstd: Decode;
}

interface Codecs extends Pick<PageCodecsExports, PageCodec> {
  readonly most: number;
  readonly inputAt: number;
  readonly input: Uint8Array;
  readonly output: Uint8Array;
}

/** Scratch memory of this thread: nothing stays in it from one call to the next. */
let codecs: Codecs | 'none' | undefined;

function open(): Codecs | 'none' {
  const code = Buffer.from(pageCodecsModule, 'base64');
  if (!WebAssembly.validate(code)) return 'none';
  const { memory, mostBytes, inputAt, outputAt, zlib, lzo, snappy, zstd } = new WebAssembly.Instance(new WebAssembly.Module(code)).exports as PageCodecsExports;
  const most = mostBytes.value;
  return {
    zlib,
    lzo,
    snappy,
    zstd,
    most,
    inputAt: inputAt.value,
    input: new Uint8Array(memory.buffer, inputAt.value, most),
    output: new Uint8Array(memory.buffer, outputAt.value, most),
  };
}

/** @param plain decides where the fast decoder is not sure, and where there is none */
export function withWasm(codec: PageCodec, plain: PageDecoder): PageDecoder {
  return (input, output) => {
    const known = (codecs ??= open());
    if (known === 'none' || input.length > known.most || output.length > known.most) return plain(input, output);
    known.input.set(input);
    if (known[codec](known.inputAt, input.length, output.length) !== 1) return plain(input, output);
    output.set(known.output.subarray(0, output.length));
    return undefined;
  };
}

/** The room for input and the fast decoders on what lies in it. */
export interface WasmRoom {
  readonly bytes: Uint8Array;
  /**
   * Decodes `size` bytes from `at` on to `count` bytes of `target` from `to` on.
   * @returns false where the plain decoder has to look at them
   */
  decode(codec: PageCodec, at: number, size: number, target: Uint8Array, to: number, count: number): boolean;
}

/** This thread's room: whoever decodes next uses it, too. Undefined where there is no WebAssembly. */
export function wasmRoom(): WasmRoom | undefined {
  const known = (codecs ??= open());
  if (known === 'none') return undefined;
  let page = known.output.subarray(0, 0);
  return {
    bytes: known.input,
    decode(codec, at, size, target, to, count) {
      if (at + size > known.most || count > known.most || known[codec](known.inputAt + at, size, count) !== 1) return false;
      if (page.length !== count) page = known.output.subarray(0, count);
      target.set(page, to);
      return true;
    },
  };
}
