/** Where the kernel image lies in memory, for dumps whose os_info does not say it (before Linux 6.10, and other architectures). */
import { schemaVersion } from '../../../shared/model.ts';
import { type RegionJson, type RegionsJson } from '../../../shared/structure-model.ts';
import { hex } from '../../../shared/units.ts';
import { kernelToAbsolute } from '../../kernel/vmcoreinfo/kernel-address.ts';
import type { Session } from '../session/session.ts';
import { exactRegions } from './memory-regions.ts';
import { describeRegions } from './regions.ts';
import { soleAddress } from '../../kernel/symbols/symbol-table.ts';
import { isFailure } from '../../../shared/result.ts';

/** Names at its ends, the wider first; kernels built without data symbols know its text only. */
const ends = [
  { first: ['_text', '_stext'], last: '_end', name: 'kernel image' },
  { first: ['_stext', '_text'], last: '_etext', name: 'kernel text' },
] as const;

/** No kernel image is larger: a wrong symbol must not claim half of memory. */
const largest = 1n << 30n;

function byTheSymbols(session: Session): RegionJson | undefined {
  const { kernel, image, memory } = session;
  const { vmcoreinfo } = kernel;
  if (vmcoreinfo === undefined || !kernel.publishesSymbols) return undefined;
  const { symbols } = kernel;
  if (isFailure(symbols)) return undefined;
  const { arch } = image.machine;
  for (const { first, last, name } of ends) {
    const start = first.map((one) => soleAddress(symbols.value, one)).find((one) => one !== undefined);
    const end = soleAddress(symbols.value, last);
    if (start === undefined || end === undefined || end <= start || end - start > largest) continue;
    // The image is one piece of memory: its ends are as far apart as its addresses.
    const [from, to] = [start, end - 1n].map((address) => kernelToAbsolute(arch, address, vmcoreinfo, memory));
    if (from === undefined || to === undefined || to - from !== end - 1n - start) continue;
    return { name, start: hex(from), end: hex(to + 1n), kind: 'kernel' };
  }
  return undefined;
}

interface RegionsRequest {
  readonly exact?: boolean | undefined;
  readonly start?: bigint | undefined;
  readonly end?: bigint | undefined;
}

/**
 * The regions of a dump with the kernel image among them, or a page of exact ranges of memory. Decodes the kernel's symbols where only they
 * tell where the image lies.
 */
export function describeRegionsWithKernel(session: Session, request: RegionsRequest = {}): RegionsJson {
  const { memory } = session.image;
  const { start = 0n, end = memory.end } = request;
  if (request.exact === true) return { schema: schemaVersion, ...exactRegions(memory, start, end) };
  const answer = describeRegions(session);
  const image = answer.regions.some(({ kind }) => kind === 'kernel') ? undefined : byTheSymbols(session);
  const regions = image === undefined ? answer.regions : [...answer.regions, image];
  return { ...answer, regions: regions.filter((region) => BigInt(region.end) > start && BigInt(region.start) < end) };
}
