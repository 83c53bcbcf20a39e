/**
 * Leaves of absent pages and roots over leaves, four messages at once in WebAssembly with SIMD (assembly/lane-tree.ts, built
 * by scripts/page-job.mjs). node:crypto takes longer for the call than for such a short message.
 */
import { laneTreeModule } from './lane-tree-module.ts';

/** The part of WebAssembly's JavaScript interface that is used here: TypeScript has it in its library for browsers only. */
declare const WebAssembly: {
  validate(code: Uint8Array): boolean;
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

/** What assembly/lane-tree.ts exports. */
interface LaneTreeExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly mostLeaves: { readonly value: number };
  readonly digestsAt: { readonly value: number };
  readonly prepare: () => void;
  readonly absentLeaves: (firstPfn: number, count: number) => void;
  readonly root: (count: number) => void;
}

export interface LaneTree {
  /** Leaves of one call at most: those of a subtree. */
  readonly most: number;
  /** Room for as many digests of 32 bytes. What is in it is valid until the next call on this thread. */
  readonly digests: Uint8Array;
  /** Fills the room with the leaves of absent pages. @param pfn below 2^52 */
  absentLeaves(pfn: number, count: number): void;
  /** The root over the first `count` (1 or more) digests in the room: afterwards it is the first of them, and the others are lost. */
  root(count: number): void;
}

let opened: LaneTree | 'none' | undefined;

function open(): LaneTree | 'none' {
  const code = Buffer.from(laneTreeModule, 'base64');
  if (!WebAssembly.validate(code)) return 'none';
  const { memory, mostLeaves, digestsAt, prepare, absentLeaves, root } = new WebAssembly.Instance(new WebAssembly.Module(code)).exports as LaneTreeExports;
  prepare();
  const most = mostLeaves.value;
  return { most, digests: new Uint8Array(memory.buffer, digestsAt.value, most * 32), absentLeaves, root };
}

/** This thread's; none where WebAssembly has no SIMD. */
export function laneTree(): LaneTree | 'none' {
  return (opened ??= open());
}
