/** Declared structures laid over any place of a dump. */
import { DumpError } from '../../../shared/dump-error.ts';
import type { LayoutListJson, StructViewJson } from '../../../shared/inspect-model.ts';
import { schemaVersion } from '../../../shared/model.ts';
import { architectures } from '../../arch/index.ts';
import { kdumpParameters } from '../../arch/s390x/kdump-image.ts';
import { lowcoreKernels } from '../../arch/s390x/lowcore/fields.ts';
import { lowcoreLayout } from '../../arch/s390x/lowcore/layouts.ts';
import { osInfo } from '../../arch/s390x/os-info.ts';
import { shaRegionTable } from '../../arch/s390x/purgatory.ts';
import { saveArea } from '../../arch/s390x/save-area.ts';
import { elfHeader, elfNoteHeader, elfProgramHeader, elfSectionHeader } from '../../formats/elf-layout.ts';
import { diskDumpHeader64, kdumpSubHeader64, pageDescriptor } from '../../formats/kdump-layout.ts';
import { s390EndMarker, s390Header } from '../../formats/s390-header.ts';
import { s390SegmentHeader } from '../../formats/s390-segments.ts';
import { newUtsname } from '../../kernel/vmcoreinfo/uts-name.ts';
import { view, type Fields, type StructLayout } from '../../layout/struct.ts';
import { noteTypes } from '../../notes/index.ts';
import { readMemory, type ReadRequest } from './read.ts';
import type { Session } from '../session/session.ts';

interface Group {
  readonly title: string;
  readonly layouts: readonly StructLayout<Fields>[];
}

/** Layouts that make sense for a dump, by what they are about. */
function groupsFor(session: Session): readonly Group[] {
  const { arch } = session.image.machine;
  const s390x: readonly Group[] = [
    { title: 'Lowcore', layouts: lowcoreKernels.map(lowcoreLayout) },
    { title: 's390x', layouts: [osInfo, saveArea, shaRegionTable, kdumpParameters] },
  ];
  const { narrowPrstatus } = architectures[arch].notes;
  const notes = [...noteTypes.flatMap((type) => type.layout?.(arch) ?? []), ...(narrowPrstatus === undefined ? [] : [narrowPrstatus])];
  return [
    ...(architectures[arch].features.has('lowcore') ? s390x : []),
    { title: 'Kernel', layouts: [newUtsname] },
    { title: 'ELF', layouts: [elfHeader, elfProgramHeader, elfSectionHeader, elfNoteHeader] },
    { title: 'Dump formats', layouts: [s390Header, s390EndMarker, s390SegmentHeader, diskDumpHeader64, kdumpSubHeader64, pageDescriptor] },
    { title: 'ELF notes', layouts: [...new Map(notes.map((layout) => [layout.name, layout])).values()] },
  ];
}

/** Every structure that `viewAs` takes for this dump. */
export const listLayouts = (session: Session): LayoutListJson => ({
  schema: schemaVersion,
  layouts: groupsFor(session).flatMap(({ title, layouts }) => layouts.map(({ name, size }) => ({ name, group: title, size }))),
});

/** Fields of a declared structure, with their values where it is laid over a place. @throws DumpError unsupported when no such structure is declared; what `readMemory` throws */
export function layoutFields(session: Session, name: string, place: Omit<ReadRequest, 'length'> | undefined): Omit<StructViewJson, 'schema'> {
  const layout = groupsFor(session)
    .flatMap(({ layouts }) => layouts)
    .find((one) => one.name === name);
  if (layout === undefined) throw new DumpError('unsupported', {}, `no structure is declared as "${name}"`, 'one of those that are listed');
  const { fields } = view(layout, bytesUnder(session, layout.size, place), { endian: session.image.machine.endian });
  return { name: layout.name, size: layout.size, fields: fields.map(({ doc, ...field }) => (doc === '' ? field : { ...field, doc })) };
}

/** Without a place nothing is there. */
function bytesUnder(session: Session, size: number, place: Omit<ReadRequest, 'length'> | undefined) {
  if (place === undefined) return { bytes: new Uint8Array(0), absent: [] };
  // A structure at the very end of the address space is cut off there.
  const left = (1n << 64n) - place.address;
  const { data, absent } = readMemory(session, { ...place, length: left < BigInt(size) ? Number(left) : size });
  const offset = (address: string): number => Number(BigInt(address) - place.address);
  return { bytes: data, absent: absent.map(({ start, end }) => ({ start: offset(start), end: offset(end) })) };
}

/**
 * The fields of a structure as the bytes at an address say, whether they make sense or not. Fields whose bytes are not in the dump
 * have no value.
 * @throws DumpError unsupported when no such structure is declared; absent when the place cannot be read at all
 */
export const viewAs = (session: Session, name: string, place: Omit<ReadRequest, 'length'>): StructViewJson => ({
  schema: schemaVersion,
  ...layoutFields(session, name, place),
});
