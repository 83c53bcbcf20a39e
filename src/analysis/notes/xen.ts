/** Notes of the Xen hypervisor (elf-vmcore.md section 8; xen/include/public/elfnote.h). Unproven on a real dump. */
import { text, u64 } from '../layout/field.ts';
import { struct } from '../layout/struct.ts';
import type { NoteType } from '../arch/note-type.ts';

const doc = 'Source: elf-vmcore.md section 8. Unproven on a real dump.';
const layouts = {
  crashInfo: struct(
    'xen_crash_info',
    { endian: 'given', size: 80, doc },
    {
      major: u64(0, 'major version'),
      minor: u64(8, 'minor version'),
      extra_version: u64(16, 'address of the extra version'),
      changeset: u64(24, 'address of the changeset'),
      compiler: u64(32, 'address of the compiler name'),
      compile_date: u64(40, 'address of the date'),
      compile_time: u64(48, 'address of the time'),
      tainted: u64(56, 'taint flags'),
      xen_phys_start: u64(64, 'physical start of Xen (x86_64)'),
      dom0_pfn_to_mfn_frame_list_list: u64(72, 'frame of the p2m lists of domain 0'),
    },
  ),
  header: struct(
    'xen_dumpcore_header',
    { endian: 'given', size: 32, doc },
    { magic: u64(0), nr_vcpus: u64(8), nr_pages: u64(16), page_size: u64(24, 'bytes') },
  ),
  version: struct(
    'xen_dumpcore_xen_version',
    { endian: 'given', size: 1280, doc },
    {
      major: u64(0, 'major version'),
      minor: u64(8, 'minor version'),
      extra: text(16, 16, 'extra version'),
      compiler: text(32, 64, 'compiler'),
      compile_by: text(96, 16, 'built by'),
      domain: text(112, 32, 'built in'),
      date: text(144, 32, 'built at'),
      capabilities: text(176, 1024, 'capabilities'),
      changeset: text(1200, 64, 'changeset'),
      virt_start: u64(1264, 'start of Xen in virtual memory'),
      pagesize: u64(1272, 'bytes'),
    },
  ),
} as const;

export const xenNotes: readonly NoteType[] = [
  { name: 'XEN crash info', owners: ['Xen'], type: 0x1000001, title: 'Xen crash information', layout: () => layouts.crashInfo },
  { name: 'XEN crash regs', owners: ['Xen'], type: 0x1000002, title: 'Xen control registers of a CPU' },
  { name: 'XEN dumpcore none', owners: ['Xen'], type: 0x2000000, title: 'Xen dump-core' },
  { name: 'XEN dumpcore header', owners: ['Xen'], type: 0x2000001, title: 'Xen dump-core header', layout: () => layouts.header },
  { name: 'XEN version', owners: ['Xen'], type: 0x2000002, title: 'Xen version', layout: () => layouts.version },
  { name: 'XEN format version', owners: ['Xen'], type: 0x2000003, title: 'Xen dump-core format version' },
];
