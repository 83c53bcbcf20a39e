/** Everything about the loaded kdump kernel that needs reading its memory: found once, used by checks and decisions. */
import type { AbsoluteMemory } from '../../layout/absolute-memory.ts';
import { againstArea } from './crashkernel-area.ts';
import { findCrashkernelArea, identifyKdumpImage, runningKdumpArea, type CrashkernelArea, type KdumpImage } from './kdump-image.ts';
import { osInfoValid, type OsInfoSearch } from './os-info.ts';
import { findPurgatory, type PurgatorySearch } from './purgatory.ts';

export type KdumpGuard =
  | { readonly stage: 'no-area'; readonly why: string }
  /** The dumped system is a kdump kernel itself: it has moved memory, so no digest can match. */
  | { readonly stage: 'kdump-running'; readonly area: CrashkernelArea }
  | { readonly stage: 'area'; readonly areaSource: string; readonly image: KdumpImage; readonly purgatory: PurgatorySearch | undefined };

/**
 * @throws whatever `signal` was aborted with
 */
export async function examineKdumpGuard(memory: AbsoluteMemory, osInfo: OsInfoSearch, signal: AbortSignal): Promise<KdumpGuard> {
  const running = runningKdumpArea(memory);
  if (running !== undefined) return { stage: 'kdump-running', area: running };
  const located = await locateArea(memory, osInfo, signal);
  if ('why' in located) return { stage: 'no-area', why: located.why };
  const image = identifyKdumpImage(memory, located.area);
  const purgatory = image.state === 'loaded' ? await findPurgatory(memory, located.area, signal) : undefined;
  return { stage: 'area', areaSource: located.source, image, purgatory };
}

async function locateArea(
  memory: AbsoluteMemory,
  osInfo: OsInfoSearch,
  signal: AbortSignal,
): Promise<{ readonly area: CrashkernelArea; readonly source: string } | { readonly why: string }> {
  if (osInfoValid(osInfo)) {
    const { crashkernel_addr: base, crashkernel_size: size } = osInfo.values;
    if (base === 0n || size === 0n) return { why: 'os_info records no crashkernel memory' };
    const against = againstArea({ base, size }, undefined);
    if (against !== undefined) return { why: `os_info records impossible crashkernel memory: ${against}` };
    return { area: { base, size }, source: 'os_info' };
  }
  const area = await findCrashkernelArea(memory, signal);
  return area === undefined
    ? { why: 'os_info cannot be used, and no loaded kdump kernel was found in memory' }
    : { area, source: 'the loaded kdump kernel, found by its identifier' };
}
