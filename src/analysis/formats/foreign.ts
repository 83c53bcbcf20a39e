/**
 * Files that people bring and that are not a Linux kernel dump Dumpbench opens: each by its own header, with the way out. One row a kind; a
 * row brings a real header as its sample and a near miss that must not match, and a test goes through all of them.
 */
import type { ForeignKind } from '../../shared/foreign-kind.ts';
import { looksLikeExt4 } from './ext4-file.ts';
import { ascii, bytes, hexAt, latin1, oneOf, starts, swapSignatures, textThat, u32le, zeros, type ForeignLook, type ForeignRow } from './foreign-looks.ts';
import { textRows } from './foreign-texts.ts';

const takeDump = 'take a dump of the guest instead: virsh dump --memory-only --format elf GUEST FILE';

export const foreignRows: readonly ForeignRow[] = [
  {
    id: 'libvirt-save',
    name: 'libvirt save file (state of a virtual machine)',
    wayOut: `restore the guest with "virsh restore FILE --paused", then ${takeDump}`,
    matches: (look) => starts('LibvirtQemudSave')(look) || starts('LibvirtQemudPart')(look),
    sample: ascii('LibvirtQemudSave') + '0200000064000000',
    nearMiss: ascii('LibvirtQemudXave'),
  },
  {
    id: 'qemu-migration',
    name: 'QEMU migration stream',
    wayOut: `let QEMU read it (-incoming "exec:cat FILE" -S), then dump-guest-memory in its monitor; or ${takeDump}`,
    // qemu/migration/savevm.c: QEMU_VM_FILE_MAGIC "QEVM", version 2 or 3.
    matches: ({ head }) => latin1(head, 0, 4) === 'QEVM' && ['00000002', '00000003'].includes(hexAt(head, 4, 4)),
    sample: ascii('QEVM') + '00000003',
    nearMiss: ascii('QEVM') + '00000009',
  },
  {
    id: 'qcow2',
    name: 'QEMU disk image (qcow, qcow2)',
    wayOut: `it is a disk, not memory: if a dump is on that disk, copy it out with virt-copy-out or guestmount; ${takeDump}`,
    matches: ({ head }) => hexAt(head, 0, 4) === '514649fb' && ['00000001', '00000002', '00000003'].includes(hexAt(head, 4, 4)),
    sample: '514649fb00000003',
    nearMiss: '514649fb00000017',
  },
  {
    id: 'vmware-state',
    name: 'VMware suspend or snapshot state (.vmss, .vmsn)',
    wayOut: 'convert it together with its .vmem file: vmss2core -N FILE.vmss FILE.vmem',
    matches: ({ head }) => ['d2bed2be', 'd1bad1ba', 'd0bed2be', 'd3bed3be'].includes(hexAt(head, 0, 4)) && u32le(head, 4) <= 0x100 && u32le(head, 4) > 0,
    sample: 'd2bed2be0800000003000000',
    nearMiss: 'd2bed2beffffffff',
  },
  {
    id: 'virtualbox-state',
    name: 'VirtualBox saved state',
    wayOut: 'resume the machine and take a core: VBoxManage debugvm NAME dumpvmcore --filename FILE',
    matches: starts('\x7fVirtualBox SavedState V'),
    sample: ascii('\x7fVirtualBox SavedState V2.0\n'),
    nearMiss: ascii('\x7fVirtualBox SavedSnack'),
  },
  {
    id: 'hyper-v-saved-state',
    name: 'Hyper-V saved state',
    wayOut: 'convert it on Windows with vm2dmp, or take a kdump inside the guest',
    matches: starts('VmsvHive'),
    sample: ascii('VmsvHive'),
    nearMiss: ascii('VmsvHose'),
  },
  {
    id: 'xen-save',
    name: 'Xen save or migration stream',
    wayOut: 'restore the domain paused (xl restore -p FILE), then xl dump-core DOMAIN FILE',
    matches: (look) => starts('LinuxGuestRecord')(look) || starts('Xen saved domain, xl format')(look),
    sample: ascii('Xen saved domain, xl format\n \0 \r'),
    nearMiss: ascii('Xen saved domain, xm'),
  },
  {
    id: 'xen-core-old',
    name: 'Xen core file of the format before ELF',
    wayOut: 'take a new one with a current Xen: xl dump-core DOMAIN FILE writes ELF',
    matches: ({ head }) => ['edeb0ff0', 'eeeb0ff0', 'f00febed', 'f00febee'].includes(hexAt(head, 0, 4)),
    sample: 'edeb0ff0',
    nearMiss: 'edeb0ff1',
  },
  {
    id: 'sadump',
    name: 'Fujitsu SADUMP',
    wayOut: 'crash and makedumpfile open it: makedumpfile -c -d 1 FILE OUT makes a kdump-compressed file',
    matches: ({ head, source }) => {
      if (latin1(head, 0, 6) === 'sadump' && (hexAt(head, 6, 2) === '0000' || hexAt(head, 6, 2) === '2020')) return true;
      // A media backup: a disk header precedes the dump's own by one block.
      const later = new Uint8Array(8);
      return source.size > 0x1008 && [0x1000, 0x200].some((at) => source.readInto(at, later) === 8 && latin1(later, 0, 6) === 'sadump');
    },
    sample: ascii('sadump') + '0000010000003c000000',
    nearMiss: ascii('sadumb') + '0000',
  },
  {
    id: 'lkcd-little-endian',
    name: 'LKCD dump of a little-endian machine',
    wayOut: 'lcrash or crash opens it; Dumpbench opens LKCD of s390x only',
    // LKCD: DUMP_MAGIC_NUMBER 0xa8190173618f23ed, stored in the machine's byte order.
    matches: bytes('ed238f61730119a8'),
    sample: 'ed238f61730119a8',
    nearMiss: 'ed238f61730119a9',
  },
  {
    id: 'windows-minidump',
    name: 'Windows minidump of a process',
    wayOut: 'it is not a Linux dump: open it with WinDbg',
    matches: ({ head }) => latin1(head, 0, 4) === 'MDMP' && hexAt(head, 4, 2) === '93a7',
    sample: ascii('MDMP') + '93a7',
    nearMiss: ascii('MDMP') + '0000',
  },
  {
    id: 'windows-crash-dump',
    name: 'Windows crash dump',
    wayOut: 'it is not a Linux dump: open it with WinDbg',
    matches: (look) => starts('PAGEDU64')(look) || starts('PAGEDUMP')(look),
    sample: ascii('PAGEDU64'),
    nearMiss: ascii('PAGEDUX4'),
  },
  {
    id: 'windows-hibernation',
    name: 'Windows hibernation file',
    wayOut: 'it is not a Linux dump: convert it with hibr2bin',
    matches: ({ head }) =>
      ['hibr', 'HIBR', 'wake', 'WAKE', 'rstr', 'RSTR'].includes(latin1(head, 0, 4)) &&
      head.length >= 4096 &&
      !textThat(() => true)({ head, source: undefined as never }),
    sample: ascii('HIBR') + zeros(4092),
    nearMiss: ascii('HIBX') + zeros(4092),
  },
  {
    id: 'freebsd-minidump',
    name: 'FreeBSD kernel minidump',
    wayOut: 'it is not a Linux dump: open it with kgdb',
    matches: (look) => starts('minidump FreeBSD')(look) || starts('FreeBSD Kernel Dump')(look),
    sample: ascii('minidump FreeBSD/amd64'),
    nearMiss: ascii('minidump OpenBSD'),
  },
  {
    id: 'solaris-crash-dump',
    name: 'Solaris or illumos crash dump',
    wayOut: 'it is not a Linux dump: savecore unpacks it, mdb opens it',
    // usr/src/uts/common/sys/dumphdr.h: DUMP_MAGIC 0xdefec8ed.
    matches: ({ head }) => ['defec8ed', 'edc8fede'].includes(hexAt(head, 0, 4)),
    sample: 'edc8fede0a000000',
    nearMiss: 'edc8fedf',
  },
  {
    id: 'mach-o-core',
    name: 'macOS core or executable (Mach-O)',
    wayOut: 'it is not a Linux dump: open it with lldb',
    matches: ({ head }) => ['feedface', 'cefaedfe', 'feedfacf', 'cffaedfe'].includes(hexAt(head, 0, 4)),
    sample: 'cffaedfe07000001',
    nearMiss: 'cffaedff',
  },
  {
    id: 'hibernation-image',
    name: 'Linux hibernation image in a swap area',
    wayOut: 'it holds a suspended system, not a dump: resume it, or take a kdump when it fails again',
    matches: (look) => swapSignatures(look).some((found) => ['S1SUSPEND', 'S2SUSPEND', 'ULSUSPEND', 'LINHIB0001'].some((word) => found.startsWith(word))),
    sample: zeros(4086) + ascii('S1SUSPEND\0'),
    nearMiss: zeros(4086) + ascii('S9SUSPEND\0'),
  },
  {
    id: 'swap-area',
    name: 'Linux swap area',
    wayOut: 'no dump is in it; a stand-alone dumper would have overwritten the signature',
    matches: (look) => swapSignatures(look).some((found) => ['SWAPSPACE2', 'SWAP-SPACE'].includes(found)),
    sample: zeros(4086) + ascii('SWAPSPACE2'),
    nearMiss: zeros(4086) + ascii('SWAPSPACE9'),
  },
  {
    id: 'vmlinux-boot-image',
    name: 'compressed Linux kernel (bzImage)',
    wayOut: 'it is a kernel, not a dump: open the dump, and attach the uncompressed vmlinux to it',
    matches: ({ head }) => hexAt(head, 0x1fe, 2) === '55aa' && latin1(head, 0x202, 4) === 'HdrS',
    sample: zeros(0x1fe) + '55aa' + '0000' + ascii('HdrS'),
    nearMiss: zeros(0x1fe) + '55aa' + '0000' + ascii('HdrX'),
  },
  {
    id: 'seven-zip',
    name: '7-Zip archive',
    wayOut: 'unpack it: 7z x FILE',
    matches: bytes('377abcaf271c'),
    sample: '377abcaf271c0004',
    nearMiss: '377abcaf271d',
  },
  {
    id: 'rar',
    name: 'RAR archive',
    wayOut: 'unpack it: unrar x FILE',
    matches: starts('Rar!\x1a\x07'),
    sample: ascii('Rar!\x1a\x07\x01\x00'),
    nearMiss: ascii('Rar?\x1a\x07'),
  },
  {
    id: 'lz4',
    name: 'lz4-compressed file',
    wayOut: 'unpack it: lz4 -d FILE OUT',
    matches: ({ head }) => ['04224d18', '02214c18'].includes(hexAt(head, 0, 4)),
    sample: '04224d18',
    nearMiss: '04224d19',
  },
  {
    id: 'lzop',
    name: 'lzop-compressed file',
    wayOut: 'unpack it: lzop -d FILE',
    matches: bytes('894c5a4f000d0a1a0a'),
    sample: '894c5a4f000d0a1a0a',
    nearMiss: '894c5a4f000d0a1a0b',
  },
  {
    id: 'cpio',
    name: 'cpio archive (an initramfs, for example)',
    wayOut: 'it is an archive of files: cpio -idm < FILE; a dump in it can then be opened',
    matches: ({ head }) => ['070701', '070702', '070707'].includes(latin1(head, 0, 6)) && /^[0-9A-Fa-f]{8}$/.test(latin1(head, 6, 8)),
    sample: ascii('0707010000000100000002'),
    nearMiss: ascii('070701 is a number'),
  },
  {
    id: 'rpm-package',
    name: 'RPM package',
    wayOut: 'it is software: for a kernel-debuginfo package unpack it (rpm2cpio FILE | cpio -idm) and attach its vmlinux to the dump',
    matches: bytes('edabeedb'),
    sample: 'edabeedb03000000',
    nearMiss: 'edabeedc',
  },
  {
    id: 'debian-package',
    name: 'Debian package or ar archive',
    wayOut: 'it is software: for a kernel debug package unpack it (dpkg -x FILE FOLDER) and attach its vmlinux to the dump',
    matches: starts('!<arch>\n'),
    sample: ascii('!<arch>\ndebian-binary'),
    nearMiss: ascii('!<arch>x'),
  },
  {
    id: 'squashfs',
    name: 'squashfs image',
    wayOut: 'it is a file system: unsquashfs FILE, then open the dump in it',
    matches: ({ head }) => ['hsqs', 'sqsh'].includes(latin1(head, 0, 4)) && u32le(head, 4) > 0,
    sample: ascii('hsqs') + '10000000',
    nearMiss: ascii('hsqt') + '10000000',
  },
  {
    id: 'sqlite-database',
    name: 'SQLite database (perhaps a page index of Dumpbench)',
    wayOut: 'open the dump that the index was made from',
    matches: starts('SQLite format 3\0'),
    sample: ascii('SQLite format 3\0'),
    nearMiss: ascii('SQLite format 4\0'),
  },
  {
    id: 'pdf',
    name: 'PDF document',
    wayOut: 'it is a document; a report of Dumpbench names its dump',
    matches: starts('%PDF-'),
    sample: ascii('%PDF-1.7\n'),
    nearMiss: ascii('%PFD-1.7\n'),
  },
  {
    id: 'virtual-disk',
    name: 'disk of a virtual machine (VMDK, VHD, VHDX, VDI, QED)',
    wayOut: `it is a disk, not memory: attach it to a machine or map it (qemu-nbd), and copy the dump out; ${takeDump}`,
    matches: (look) =>
      oneOf([0, '4b444d56'], [0, '434f5744'], [0, ascii('vhdxfile')], [0, ascii('conectix')], [0, '51454400'], [0x40, '7f10dabe'])(look) ||
      textThat((text) => text.startsWith('# Disk DescriptorFile'))(look),
    sample: ascii('KDMV') + '01000000',
    nearMiss: ascii('KDNV') + '01000000',
  },
  {
    id: 'file-system',
    name: 'image of a file system or a volume',
    wayOut: 'mount it read-only (losetup -r --show -f FILE) and open the dump in it',
    // XFS, Btrfs, ISO 9660, LUKS, LVM, cramfs. Disks with partitions are opened (disk-parts.ts).
    matches: oneOf(
      [0, ascii('XFSB')],
      [0x1_0040, ascii('_BHRfS_M')],
      [0x8001, ascii('CD001')],
      [0, '4c554b53babe'],
      [0x200, ascii('LABELONE')],
      [0, '453dcd28'],
    ),
    sample: ascii('XFSB') + '00001000',
    nearMiss: ascii('XFSC') + '00001000',
  },
  {
    id: 'other-archive',
    name: 'archive or compressed file of an unsupported kind',
    wayOut: 'unpack it with the program that made it (uncompress, lzip, lzma, lrunzip, unar, bsdtar), then open the dump in it',
    // compress, pack, lzip, LZMA alone, lrzip, rzip, zpaq, framed snappy, cab, xar, LHA, ARJ, cpio in binary, a delta RPM; skippable frames of LZ4.
    matches: (look) =>
      oneOf([0, '1f9d90'], [0, '1f9d8c'], [0, '1f1e'], [0, ascii('LZIP') + '01'], [0, '5d00008000ffffffffffffffff'], [0, ascii('LRZI') + '00'])(look) ||
      oneOf(
        [0, ascii('RZIP') + '02'],
        [0, ascii('7kSt')],
        [0, 'ff060000734e61507059'],
        [0, ascii('MSCF') + zeros(4)],
        [0, ascii('xar!')],
        [2, ascii('-lh')],
      )(look) ||
      oneOf([0, '60ea'], [0, 'c771'], [0, '71c7'], [0, ascii('drpm')])(look) ||
      (oneOf([1, '2a4d18'])(look) && (look.head[0] ?? 0) >> 4 === 5),
    sample: ascii('LZIP') + '010c',
    nearMiss: ascii('LZAP') + '010c',
  },
  ...textRows,
];

const fileSystem = foreignRows.find(({ id }) => id === 'file-system');

/** The kind of a file that no format opens, or undefined. */
export function foreignKind(look: ForeignLook): ForeignKind | undefined {
  // Of ext4 NGDump's partition is one: whoever asks has seen that this is none.
  const row = foreignRows.find((one) => one.matches(look)) ?? (look.isUnclaimed === true && looksLikeExt4(look.head) ? fileSystem : undefined);
  return row === undefined ? undefined : { id: row.id, name: row.name, wayOut: row.wayOut };
}
