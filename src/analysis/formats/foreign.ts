/**
 * Files that people bring and that are no Linux kernel dump Dumpbench opens: each by its own header, with the way out. One row a kind; a
 * row brings a real header as its sample and a near miss that must not match, and a test goes through all of them.
 */
import type { ForeignKind } from '../../shared/foreign-kind.ts';
import type { ByteSource } from '../source/byte-source.ts';

/** First bytes of a file, and how to look further. */
export interface ForeignLook {
  readonly head: Uint8Array;
  readonly source: ByteSource;
}

export interface ForeignRow extends ForeignKind {
  matches(look: ForeignLook): boolean;
  /** Begin of a real file: hex digits, zeros follow. */
  readonly sample: string;
  /** Begin of a file that only looks like it. */
  readonly nearMiss: string;
}

const latin1 = (head: Uint8Array, at: number, length: number): string => Buffer.from(head.subarray(at, at + length)).toString('latin1');
const hexAt = (head: Uint8Array, at: number, length: number): string => Buffer.from(head.subarray(at, at + length)).toString('hex');
const starts =
  (text: string, at = 0) =>
  ({ head }: ForeignLook): boolean =>
    latin1(head, at, text.length) === text;
const bytes =
  (digits: string, at = 0) =>
  ({ head }: ForeignLook): boolean =>
    hexAt(head, at, digits.length / 2) === digits;
const ascii = (text: string): string => Buffer.from(text, 'latin1').toString('hex');
const zeros = (count: number): string => '00'.repeat(count);

const u32le = (head: Uint8Array, at: number): number => (head.length < at + 4 ? -1 : Buffer.from(head.subarray(at, at + 4)).readUInt32LE(0));

/** Swap space and hibernation images keep their signature in the last ten bytes of the first page. */
const swapSignature = (head: Uint8Array): string => latin1(head, 4086, 10);

/** True where the whole head is text; `about` looks at it. */
const textThat =
  (about: (text: string) => boolean) =>
  ({ head }: ForeignLook): boolean => {
    const text = latin1(head, 0, Math.min(head.length, 2048));
    return /^[\t\n\r\x20-\x7e\x80-\xff]+$/.test(text) && about(text);
  };

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
    name: 'QEMU disk image (qcow2)',
    wayOut: `it is a disk, not memory: if a dump lies on that disk, copy it out with virt-copy-out or guestmount; ${takeDump}`,
    matches: ({ head }) => hexAt(head, 0, 4) === '514649fb' && ['00000002', '00000003'].includes(hexAt(head, 4, 4)),
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
    id: 'avml-compressed',
    name: 'AVML memory image, compressed',
    wayOut: 'decompress it: avml-convert FILE OUT.lime',
    // AVML: "AVML" little-endian, version 2 has compressed blocks.
    matches: ({ head }) => latin1(head, 0, 4) === 'AVML' && u32le(head, 4) === 2,
    sample: ascii('AVML') + '02000000',
    nearMiss: ascii('AVML') + '07000000',
  },
  {
    id: 'lime',
    name: 'LiME memory image',
    wayOut: 'convert its ranges to an ELF core, or take a kdump; Dumpbench does not open LiME yet',
    matches: ({ head }) => latin1(head, 0, 4) === 'EMiL' && u32le(head, 4) === 1,
    sample: ascii('EMiL') + '010000000010000000000000ff1f000000000000',
    nearMiss: ascii('EMiL') + '02000000',
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
    wayOut: 'it is no Linux dump: open it with WinDbg',
    matches: ({ head }) => latin1(head, 0, 4) === 'MDMP' && hexAt(head, 4, 2) === '93a7',
    sample: ascii('MDMP') + '93a7',
    nearMiss: ascii('MDMP') + '0000',
  },
  {
    id: 'windows-crash-dump',
    name: 'Windows crash dump',
    wayOut: 'it is no Linux dump: open it with WinDbg',
    matches: (look) => starts('PAGEDU64')(look) || starts('PAGEDUMP')(look),
    sample: ascii('PAGEDU64'),
    nearMiss: ascii('PAGEDUX4'),
  },
  {
    id: 'windows-hibernation',
    name: 'Windows hibernation file',
    wayOut: 'it is no Linux dump: convert it with hibr2bin',
    matches: ({ head }) =>
      ['hibr', 'HIBR', 'wake', 'WAKE'].includes(latin1(head, 0, 4)) && head.length >= 4096 && !textThat(() => true)({ head, source: undefined as never }),
    sample: ascii('HIBR') + zeros(4092),
    nearMiss: ascii('HIBX') + zeros(4092),
  },
  {
    id: 'freebsd-minidump',
    name: 'FreeBSD kernel minidump',
    wayOut: 'it is no Linux dump: open it with kgdb',
    matches: (look) => starts('minidump FreeBSD')(look) || starts('FreeBSD Kernel Dump')(look),
    sample: ascii('minidump FreeBSD/amd64'),
    nearMiss: ascii('minidump OpenBSD'),
  },
  {
    id: 'solaris-crash-dump',
    name: 'Solaris or illumos crash dump',
    wayOut: 'it is no Linux dump: savecore unpacks it, mdb opens it',
    // usr/src/uts/common/sys/dumphdr.h: DUMP_MAGIC 0xdefec8ed.
    matches: ({ head }) => ['defec8ed', 'edc8fede'].includes(hexAt(head, 0, 4)),
    sample: 'edc8fede0a000000',
    nearMiss: 'edc8fedf',
  },
  {
    id: 'mach-o-core',
    name: 'macOS core or executable (Mach-O)',
    wayOut: 'it is no Linux dump: open it with lldb',
    matches: ({ head }) => ['feedface', 'cefaedfe', 'feedfacf', 'cffaedfe'].includes(hexAt(head, 0, 4)),
    sample: 'cffaedfe07000001',
    nearMiss: 'cffaedff',
  },
  {
    id: 'hibernation-image',
    name: 'Linux hibernation image in a swap area',
    wayOut: 'it holds a suspended system, not a dump: resume it, or take a kdump when it fails again',
    matches: ({ head }) => ['S1SUSPEND', 'S2SUSPEND', 'ULSUSPEND', 'LINHIB0001'].some((word) => swapSignature(head).startsWith(word)),
    sample: zeros(4086) + ascii('S1SUSPEND\0'),
    nearMiss: zeros(4086) + ascii('S9SUSPEND\0'),
  },
  {
    id: 'swap-area',
    name: 'Linux swap area',
    wayOut: 'no dump is in it; a stand-alone dumper would have overwritten the signature',
    matches: ({ head }) => ['SWAPSPACE2', 'SWAP-SPACE'].includes(swapSignature(head)),
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
    id: 'apport-report',
    name: 'Apport crash report (Ubuntu)',
    wayOut: 'unpack it: apport-unpack FILE FOLDER; a kernel dump is the file VmCore in it',
    matches: textThat((text) => text.startsWith('ProblemType:') && /\n(Date|Architecture|Package|DistroRelease):/.test(text)),
    sample: ascii('ProblemType: KernelCrash\nArchitecture: s390x\nDate: Sat Nov 28\n'),
    nearMiss: ascii('ProblemTypes: are many\nArchitecture of them\n'),
  },
  {
    id: 'html-page',
    name: 'HTML page',
    wayOut: 'the download gave a web page, most likely a login page: log in and download the dump again',
    matches: textThat((text) => /^\s*(<!doctype html|<html[\s>])/i.test(text)),
    sample: ascii('<!DOCTYPE html>\n<html><head><title>Sign in</title>'),
    nearMiss: ascii('<hotel> 5 stars'),
  },
  {
    id: 'kernel-log',
    name: 'text of a kernel log',
    wayOut: 'it is the log alone: give the dump it belongs to; for the log any editor serves',
    matches: textThat((text) => /^(<\d+>)?\[\s*\d+\.\d{6}\] \S/m.test(text) && (text.match(/^(<\d+>)?\[\s*\d+\.\d{6}\] /gm)?.length ?? 0) >= 2),
    sample: ascii('[    0.000000] Linux version 6.12.0\n[    0.000001] setup: Linux is running natively\n'),
    nearMiss: ascii('[ 1.5] a list\n[ 2.5] of numbers\n'),
  },
  {
    id: 'git-lfs-pointer',
    name: 'Git LFS pointer',
    wayOut: 'the file itself was not fetched: git lfs pull',
    matches: starts('version https://git-lfs.github.com/spec/'),
    sample: ascii('version https://git-lfs.github.com/spec/v1\noid sha256:00\n'),
    nearMiss: ascii('version 1 of something\n'),
  },
  {
    id: 'uuencoded',
    name: 'text-encoded file (uuencode or base64 of a mail)',
    wayOut: 'decode it first: uudecode FILE, or base64 -d FILE',
    matches: textThat((text) => /^begin(-base64)? [0-7]{3} \S+/.test(text) || /^Content-Transfer-Encoding: base64/im.test(text)),
    sample: ascii('begin 644 vmcore\nM<&%G\n'),
    nearMiss: ascii('begin with a word\n'),
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
    wayOut: 'it is a document; a report of Dumpbench names the dump that it is of',
    matches: starts('%PDF-'),
    sample: ascii('%PDF-1.7\n'),
    nearMiss: ascii('%PFD-1.7\n'),
  },
  {
    id: 'text-mode-transfer',
    name: 'dump that a text-mode transfer has changed',
    wayOut: 'transfer it again in binary mode (ftp: "bin"): bytes were translated between EBCDIC and ASCII, or line ends were changed, and cannot be restored',
    // The magic of a stand-alone dump or of ELF after a translation: 0d before 0a, or the high bit cut off.
    matches: ({ head }) => ['7f454c460201010d0a', '281902f00000', 'efbbbf7f454c46', 'efbfbd'].some((digits) => hexAt(head, 0, digits.length / 2) === digits),
    sample: 'efbfbd190202',
    nearMiss: 'efbebd190202',
  },
];

/** The kind of a file that no format opens, or undefined. */
export function foreignKind(look: ForeignLook): ForeignKind | undefined {
  const row = foreignRows.find((one) => one.matches(look));
  return row === undefined ? undefined : { id: row.id, name: row.name, wayOut: row.wayOut };
}
