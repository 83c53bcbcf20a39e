/** Pages of a dump that a worker opens for itself: compressed ones, sets of several files, pages that a boundary cuts. */
import { openDumpFiles } from '../formats/dump-files.ts';
import type { MemoryImage } from '../formats/dump-format.ts';
import { dumpIdentity } from '../formats/dump-identity.ts';
import { openDump } from '../formats/index.ts';
import type { FileFault } from '../source/byte-source.ts';
import type { ScanExtents } from './block-scan.ts';
import { exchanged, type CrewPages } from './crew-messages.ts';
import { pageExtents } from './page-extents.ts';

/** Without cut pages a read tells all there is to know, and a list of extents in each worker would only take memory. */
const readsTell: ScanExtents = { needs: () => 'read', states: () => undefined };

export interface DumpPages {
  readonly memory: MemoryImage;
  readonly extents: ScanExtents;
  readonly faults: () => readonly FileFault[];
  readonly close: () => void;
}

/** @throws DumpError when another dump lies there now, or it cannot be read */
export function dumpPages({ location, identity, wholePages }: CrewPages & { readonly kind: 'dump' }): DumpPages {
  const { source, context, faults, close } = openDumpFiles(location);
  try {
    const image = openDump(source, context);
    const parts = (image.container.volumes ?? []).map((volume) => volume.path);
    if (dumpIdentity(image) !== identity) throw exchanged(source.name);
    return { memory: image.memory, extents: wholePages ? readsTell : pageExtents(image.memory), faults: () => faults(parts), close };
  } catch (error) {
    close();
    throw error;
  }
}
