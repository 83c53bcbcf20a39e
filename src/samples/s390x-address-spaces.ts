import type { MemoryImage } from './memory-image.ts';
import { emptyPageTable, emptyTable, linkPageTable, linkSegmentTable, mapIdentity, mapPage, tableBits } from './s390x-page-tables.ts';
import { imageVirtual, type ImageMapping } from './s390x-kernel-symbols.ts';
import { moduleVirtual, places, userVirtual } from './s390x-places.ts';
import type { MemoryRange } from './system.ts';

const mib = 0x100000;
const page = 0x1000;

/**
 * Writes the kernel's page tables (identity map, modules, from 6.10 on the image) and those of one user address space.
 * The first 32 MiB are mapped by pages, what follows by 1 MiB frames; 2 GiB at most.
 */
export function writePageTables(memory: MemoryImage, mapping: ImageMapping, crashkernel: MemoryRange | undefined): void {
  const root = places.regionThird;
  emptyTable(memory, root, 'region-third');
  emptyTable(memory, places.identitySegments, 'segment');
  linkSegmentTable(memory, root, places.identitySegments, 0n);
  mapIdentity(memory, places.identitySegments, places.identityPages, 32, Math.min(memory.size, 0x80000000), (frame) => {
    if (frame >= places.text && frame < places.readOnlyData) return tableBits.text;
    // A loaded kdump kernel is protected against writing.
    const inCrashkernel = crashkernel !== undefined && frame >= crashkernel.start && frame < crashkernel.start + crashkernel.size;
    return inCrashkernel || (frame >= places.readOnlyData && frame < places.dataStart) ? tableBits.readOnlyData : tableBits.data;
  });

  emptyTable(memory, places.moduleSegments, 'segment');
  linkSegmentTable(memory, root, places.moduleSegments, moduleVirtual);
  emptyPageTable(memory, places.modulePages);
  linkPageTable(memory, places.moduleSegments, places.modulePages, moduleVirtual);
  for (let index = 0; index < 3; index += 1) {
    const frame = places.moduleText + (2 - index) * page;
    mapPage(memory, places.modulePages, moduleVirtual + BigInt(index * page), frame, tableBits.text);
  }

  if (mapping.virtualOffset !== 0n) {
    // The image's virtual base is a multiple of 1 MiB away from its physical one, so it shares the identity page tables.
    emptyTable(memory, places.imageSegments, 'segment');
    linkSegmentTable(memory, root, places.imageSegments, imageVirtual(mapping, places.text));
    for (let start: number = places.text; start < places.imageEnd; start += mib) {
      linkPageTable(memory, places.imageSegments, places.identityPages + (start / mib) * 0x800, imageVirtual(mapping, start));
    }
  }

  emptyTable(memory, places.userRegionThird, 'region-third');
  emptyTable(memory, places.userSegments, 'segment');
  emptyPageTable(memory, places.userPages);
  linkSegmentTable(memory, places.userRegionThird, places.userSegments, userVirtual);
  linkPageTable(memory, places.userSegments, places.userPages, userVirtual);
  for (let index = 0; index < 2; index += 1) {
    mapPage(memory, places.userPages, userVirtual + BigInt(index * page), places.userText + index * page, 0x215n);
  }
}
