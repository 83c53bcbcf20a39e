/**
 * Heads of lists in a kernel whose symbol table has functions only: searched where its variables lie. The variables that vmcoreinfo
 * names are in the same section, which is a few MiB long; so the search takes a part of a second.
 */
import type { VirtualAddress } from '../../../shared/units.ts';
import type { Steps } from '../../jobs/steps.ts';
import type { KernelMemory } from './kernel-memory.ts';
import { walkListSteps } from './linked-list.ts';
import { withoutLostPages } from './lost-pages.ts';
import { vmcoreinfoHex, type Vmcoreinfo } from '../vmcoreinfo/vmcoreinfo.ts';

const variables = ['init_uts_ns', 'prb', 'printk_rb_static', 'log_buf', 'log_buf_len', 'node_online_map', 'vmap_area_list'] as const;
/** Around the outermost of them; the .data section of a distribution's kernel has 3 to 6 MiB. */
const margin = 8n * 1024n * 1024n;
const maxRange = 64n * 1024n * 1024n;
const step = 1024 * 1024;
/** Between two pauses: most places are done with at a glance. */
const pauseBytes = 64 * 1024;
/**
 * Nodes that are looked at in all. Kernels have some thousands of lists among their variables, most of which end at their first node; memory in
 * which long lists begin everywhere would be walked for hours.
 */
const mostLooks = 1 << 18;

/** Where variables of the kernel are looked for; undefined when vmcoreinfo names none. */
function dataRange(vmcoreinfo: Vmcoreinfo | undefined): { readonly start: bigint; readonly end: bigint } | undefined {
  const text = vmcoreinfoHex(vmcoreinfo, 'SYMBOL(_stext)');
  if (text === undefined) return undefined;
  const places = variables.flatMap((name) => vmcoreinfoHex(vmcoreinfo, `SYMBOL(${name})`) ?? []).filter((at) => at >= text && at < text + 8n * maxRange);
  const sorted = places.sort((a, b) => (a < b ? -1 : 1));
  const [first] = sorted;
  const last = sorted.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const start = first - margin < text ? text : first - margin;
  const end = last + margin;
  return { start: start & ~0xfffn, end: (end - start > maxRange ? start + maxRange : end) & ~0xfffn };
}

/** Whether two words can be the links of a list's head: a million pairs are looked at, so without a BigInt. */
function mayBeLinks(view: DataView, offset: number, little: boolean): boolean {
  const low = little ? 0 : 4;
  const high = 4 - low;
  const isPlace = (at: number): boolean => {
    const bits = view.getUint32(at + low, little);
    return (bits & 7) === 0 && (bits >= 0x1_0000 || view.getUint32(at + high, little) !== 0);
  };
  if (!isPlace(offset) || !isPlace(offset + 8)) return false;
  // Members of one list come from one place: the module area, or the memory of allocations.
  return view.getUint32(offset + high, little) >>> 16 === view.getUint32(offset + 8 + high, little) >>> 16;
}

/**
 * The one head from which a list leads through nothing but accepted nodes, at least one, and back.
 * @param whole the kernel's memory as it is, with pages that were lost
 * @param accept whether a node is at an address
 * @returns undefined when there is none, when there are several, or when there is too much to look at to be sure
 */
export function* searchListHead(
  whole: KernelMemory,
  vmcoreinfo: Vmcoreinfo | undefined,
  accept: (memory: KernelMemory, node: VirtualAddress) => boolean,
): Steps<bigint | undefined> {
  // Pages of zeros hold no links: what is looked through needs no test for them, what is found does.
  const memory = withoutLostPages(whole);
  let looks = 0;
  const isNode = (node: VirtualAddress): boolean => (looks += 1) <= mostLooks && accept(memory, node);
  const range = dataRange(vmcoreinfo);
  let found: bigint | undefined;
  const little = memory.endian === 'little';
  for (let at = range?.start ?? 0n; at < (range?.end ?? 0n); at += BigInt(step)) {
    const { bytes, absences } = whole.partial(at, step);
    if (absences.length * 0x1000 >= step) continue;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let offset = 0; offset + 16 <= bytes.length; offset += 8) {
      if (offset % pauseBytes === 0) yield;
      if (!mayBeLinks(view, offset, little)) continue;
      const here = at + BigInt(offset);
      const next = view.getBigUint64(offset, little);
      if (next === here || memory.u64(next + 8n) !== here || !isNode(next)) continue;
      if (!(yield* walkListSteps(memory, here, isNode)).complete) continue;
      if (found !== undefined) return undefined;
      found = here;
    }
  }
  return looks > mostLooks ? undefined : found;
}
