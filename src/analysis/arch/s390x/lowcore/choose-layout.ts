/**
 * Which layout a lowcore has: by the kernel's release, and by what is in the lowcore itself (lowcore.md section 3.1). A release
 * alone never decides: kernels between the known ones may have either neighbour's layout, and distributions carry changes back.
 */
import type { Step } from '../../../../shared/check-model.ts';
import { hex } from '../../../../shared/units.ts';
import { lowcoreKernels, type LowcoreKernel } from './fields.ts';
import { lowcoreOffset, lowcoreValue } from './layouts.ts';

export interface LowcoreContext {
  /** Of vmcoreinfo, utsname or the container's header. */
  readonly release?: string | undefined;
  /** One past the last address of the dump. */
  readonly memoryEnd: bigint;
  /** LENGTH(lowcore_ptr): CPU numbers are below it. */
  readonly cpuLimit?: bigint | undefined;
  /** Control register 13 of this CPU, as its registers were recorded. */
  readonly homeAsce?: bigint | undefined;
}

export interface LowcoreChoice {
  readonly kernel: LowcoreKernel;
  /** 0 to 1. */
  readonly confidence: number;
  readonly word: 'certain' | 'likely' | 'doubtful' | 'not a Linux lowcore' | 'given';
  /** What spoke for the layout and what against it; without verdict: could not be determined. */
  readonly tests: readonly Step[];
}

/** False where what lies there is not the lowcore of a Linux kernel: its fields mean nothing. */
export const isLinuxLowcore = ({ word }: LowcoreChoice): boolean => word !== 'not a Linux lowcore';

interface Result {
  readonly passed: boolean;
  /** Made for the layout that is chosen only. */
  readonly detail: () => string;
}

interface Test {
  readonly check: string;
  /** How much a layout gains when it holds, and loses when it does not. */
  readonly weight: number;
  /** Undefined when the test says nothing about this layout. */
  readonly run: (kernel: LowcoreKernel, lowcore: Uint8Array, context: LowcoreContext) => Result | undefined;
}

const lppMagic = 0x8000_0000n;
const lpswe = 0xb2b2_0000n;
/** br %r1 */
const branchToR1 = 0x07f1;
const stackMask = 0x3fffn;
/** Initial stack pointer in a stack of 16 KiB: 160 bytes of frame and 200 of pt_regs below its end. */
const initialStackPointer = 0x3e98n;
const plainStackFields = ['kernel_stack', 'async_stack', 'panic_stack', 'nodat_stack', 'restart_stack', 'mcck_stack'] as const;
/** Bits 20 and below have names in some kernel (section 3.2). */
const machineFlagLimit = 1n << 24n;
const ptrLimit = 0x1000n;

/** Version "6.8.0-31-generic" as a number that orders. */
function versionOf(release: string): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})/.exec(release);
  return match?.[1] === undefined || match[2] === undefined ? undefined : Number(match[1]) * 1000 + Number(match[2]);
}

/** The nearest layout that is not newer than a release; undefined for a release that cannot be read or is older than all. */
export function layoutOfRelease(release: string): LowcoreKernel | undefined {
  const wanted = versionOf(release);
  return wanted === undefined ? undefined : lowcoreKernels.findLast((kernel) => (versionOf(kernel) ?? 0) <= wanted);
}

const half = (lowcore: Uint8Array, at: number): number => ((lowcore[at] ?? 0) << 8) | (lowcore[at + 1] ?? 0);

/** Values of `lpp` at every place where some layout has it. */
function lppPlaces(lowcore: Uint8Array): readonly number[] {
  const places = new Set(lowcoreKernels.flatMap((kernel) => lowcoreOffset(kernel, 'lpp') ?? []));
  const view = new DataView(lowcore.buffer, lowcore.byteOffset, lowcore.byteLength);
  return [...places].filter((at) => BigInt(view.getUint32(at)) === lppMagic);
}

const tests: readonly Test[] = [
  {
    check: 'release',
    weight: 3,
    run(kernel, _lowcore, { release }) {
      const wanted = release === undefined ? undefined : layoutOfRelease(release);
      return release === undefined || wanted === undefined
        ? undefined
        : { passed: wanted === kernel, detail: () => `Linux ${release} has the layout of ${wanted}` };
    },
  },
  {
    check: 'lpp',
    weight: 4,
    run(kernel, lowcore) {
      const at = lowcoreOffset(kernel, 'lpp');
      const found = lppPlaces(lowcore);
      const where = found.length === 0 ? 'at none of its places' : `at ${found.map(hex).join(', ')}`;
      return { passed: at === undefined ? found.length === 0 : found.includes(at), detail: () => `the program-parameter magic 0x80000000 is ${where}` };
    },
  },
  {
    check: 'stacks',
    weight: 2,
    run(kernel, lowcore) {
      const stacks = plainStackFields.flatMap((name) => lowcoreValue(kernel, lowcore, name) ?? []);
      const ends = new Set(stacks.map((value) => value & stackMask));
      const [end = 0n] = ends;
      const passed = !stacks.includes(0n) && ends.size === 1 && (end === initialStackPointer || end % 8n === 0n);
      return { passed, detail: () => `${stacks.length} stack pointers end in ${[...ends].map(hex).join(', ')}` };
    },
  },
  {
    check: 'kernel_asce',
    weight: 2,
    run(kernel, lowcore, { memoryEnd, homeAsce }) {
      const value = lowcoreValue(kernel, lowcore, 'kernel_asce') ?? 0n;
      const origin = value & ~0xfffn;
      const passed = value !== 0n && origin < memoryEnd && (value & 0xc00n) === 0n && (homeAsce === undefined || homeAsce === 0n || homeAsce === value);
      const same = homeAsce === undefined ? '' : value === homeAsce ? ', as CR13' : `, CR13 is ${hex(homeAsce)}`;
      return { passed, detail: () => `kernel_asce is ${hex(value)}${same}` };
    },
  },
  {
    check: 'cpu_nr',
    weight: 1,
    run(kernel, lowcore, { cpuLimit }) {
      const value = lowcoreValue(kernel, lowcore, 'cpu_nr') ?? 0n;
      const limit = cpuLimit ?? 8192n;
      return { passed: value < limit, detail: () => `cpu_nr is ${value}, ${value < limit ? '' : 'not '}below ${limit}` };
    },
  },
  {
    check: 'current_task',
    weight: 1,
    run(kernel, lowcore) {
      const value = lowcoreValue(kernel, lowcore, 'current_task') ?? 0n;
      return { passed: value >= ptrLimit && value % 8n === 0n, detail: () => `current_task is ${hex(value)}` };
    },
  },
  {
    check: 'pcpu or cpu_flags',
    weight: 2,
    run(kernel, lowcore) {
      const pointer = lowcoreValue(kernel, lowcore, 'pcpu');
      if (pointer !== undefined) return { passed: pointer >= ptrLimit && pointer % 8n === 0n, detail: () => `0x288 holds ${hex(pointer)}, wanted a pointer` };
      const flags = lowcoreValue(kernel, lowcore, 'cpu_flags');
      return flags === undefined ? undefined : { passed: flags < ptrLimit, detail: () => `0x288 holds ${hex(flags)}, wanted flags` };
    },
  },
  {
    check: 'return instruction',
    weight: 2,
    run(kernel, lowcore) {
      const trampoline = lowcoreOffset(kernel, 'br_r1_trampoline');
      const at = lowcoreOffset(kernel, 'return_lpswe');
      if (trampoline === undefined && at === undefined) return undefined;
      const branch = trampoline === undefined || half(lowcore, trampoline) === branchToR1;
      const load = at === undefined || ((lowcoreValue(kernel, lowcore, 'return_lpswe') ?? 0n) & 0xffff_0000n) === lpswe;
      return {
        passed: branch && load,
        detail: () =>
          `the instructions at 0x400 are ${half(lowcore, 0x400).toString(16).padStart(4, '0')} ${half(lowcore, 0x402).toString(16).padStart(4, '0')}`,
      };
    },
  },
  {
    check: 'machine_flags',
    weight: 1,
    run(kernel, lowcore) {
      const flags = lowcoreValue(kernel, lowcore, 'machine_flags');
      if (flags !== undefined) return { passed: flags !== 0n && flags < machineFlagLimit, detail: () => `machine_flags is ${hex(flags)}` };
      const canary = lowcoreValue(kernel, lowcore, 'stack_canary') ?? 0n;
      return { passed: canary !== 0n, detail: () => `stack_canary is ${hex(canary)}` };
    },
  },
];

const newPsws = ['external_new_psw', 'svc_new_psw', 'program_new_psw', 'mcck_new_psw', 'io_new_psw'] as const;

/** The five new PSWs of a running kernel: 64-bit addressing, bit 12 zero, an address. The same in every layout. */
function newPswStep(lowcore: Uint8Array): Step {
  const view = new DataView(lowcore.buffer, lowcore.byteOffset, lowcore.byteLength);
  const wrong = newPsws.filter((name) => {
    const at = lowcoreOffset('6.12', name) ?? 0;
    const mask = view.getBigUint64(at);
    return (mask & 0x1_8000_0000n) !== 0x1_8000_0000n || (mask & (1n << 51n)) !== 0n || view.getBigUint64(at + 8) === 0n;
  });
  return {
    check: 'new PSWs',
    passed: wrong.length === 0,
    detail:
      wrong.length === 0 ? 'the five new PSWs are those of a 64-bit kernel' : `${wrong.join(', ')} ${wrong.length === 1 ? 'is' : 'are'} not of a 64-bit kernel`,
  };
}

interface Scored {
  readonly kernel: LowcoreKernel;
  readonly score: number;
  readonly share: number;
  readonly steps: () => readonly Step[];
}

function scored(kernel: LowcoreKernel, lowcore: Uint8Array, context: LowcoreContext): Scored {
  const results: (readonly [check: string, result: Result])[] = [];
  let held = 0;
  let lost = 0;
  for (const test of tests) {
    const result = test.run(kernel, lowcore, context);
    if (result === undefined) continue;
    if (result.passed) held += test.weight;
    else lost += test.weight;
    results.push([test.check, result]);
  }
  return {
    kernel,
    score: held - lost,
    share: held / (held + lost),
    steps: () => results.map(([check, { passed, detail }]) => ({ check, passed, detail: detail() })),
  };
}

/**
 * The layout for which most speaks; of equals the one that the release names, then the newest.
 * @param lowcore its 8192 bytes
 */
export function chooseLowcoreLayout(lowcore: Uint8Array, context: LowcoreContext): LowcoreChoice {
  const all = lowcoreKernels.map((kernel) => scored(kernel, lowcore, context)).reverse();
  const best = all.reduce((first, one) => (one.score > first.score ? one : first));
  const psws = newPswStep(lowcore);
  const equals = all.filter((one) => one.score === best.score && one !== best).map(({ kernel }) => kernel);
  const steps: Step[] = [...best.steps(), psws];
  if (equals.length > 0) steps.push({ check: 'others', detail: `the evidence is as strong for ${equals.join(', ')}` });
  // Where nothing says which of several it is, each may be right.
  const confidence = (best.share * (psws.passed === true ? 1 : 0.8)) / (1 + equals.length);
  const isLowcore = best.share >= 0.5 || psws.passed === true;
  const allHeld = steps.every(({ passed }) => passed !== false) && context.release !== undefined;
  return {
    kernel: best.kernel,
    confidence: Math.round(confidence * 100) / 100,
    word: !isLowcore ? 'not a Linux lowcore' : allHeld && equals.length === 0 ? 'certain' : confidence >= 0.7 ? 'likely' : 'doubtful',
    tests: steps,
  };
}

/** A layout that the user names: the tests are shown all the same. */
export function givenLowcoreLayout(kernel: LowcoreKernel, lowcore: Uint8Array, context: LowcoreContext): LowcoreChoice {
  const { share, steps } = scored(kernel, lowcore, context);
  return { kernel, confidence: Math.round(share * 100) / 100, word: 'given', tests: [...steps(), newPswStep(lowcore)] };
}
