/** Cores of Xen guests (`xl dump-core`): ELF without program headers; pages lie in a section, by their frames in another (docs/misc/dump-core-format.txt of Xen). */
import { isDumpError } from '../../shared/dump-error.ts';
import type { ForeignKind } from '../../shared/foreign-kind.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { readElfSections } from './elf-sections.ts';

function sectionNames(source: ByteSource): readonly string[] {
  try {
    return readElfSections(source).sections.map(({ name }) => name);
  } catch (error) {
    if (isDumpError(error)) return [];
    throw error;
  }
}

/** @param source an ELF64 core without program headers */
export function xenGuestCore(source: ByteSource): ForeignKind | undefined {
  const names = sectionNames(source);
  if (!names.includes('.xen_pages')) return undefined;
  const isHvm = names.includes('.xen_pfn');
  return {
    id: 'xen-guest-core',
    name: `core of a Xen guest (xl dump-core, ${isHvm ? 'frames of the guest' : 'paravirtualised: frames of the machine'})`,
    wayOut: 'open it with crash, which reads its section .xen_pages; or let the guest write a kdump',
  };
}
