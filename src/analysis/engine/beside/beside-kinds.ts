/** Files that tools leave next to a dump (neighbours.md), known by their names and by what they begin with. */
import type { BesideKind } from '../../../shared/beside-model.ts';
import type { AttachmentKind } from '../../../shared/attachment.ts';
import { valueOf } from '../../../shared/result.ts';
import { isDumpLog } from '../../kernel/given/dump-log.ts';
import { readLogFile } from '../../kernel/log/log-file.ts';

export interface KnownFile {
  readonly kind: BesideKind;
  readonly attach: AttachmentKind;
  readonly names: RegExp;
  /** Of the first bytes: what the file is, with what it says of itself; undefined where it is something else. */
  readonly look: (head: Buffer) => string | undefined;
}

const textOf = (head: Buffer): string => head.toString('latin1');

/** Of a saved log: which kernel it is of, where its beginning says so. */
function savedLog(head: Buffer): string | undefined {
  // The last line may be cut by the look.
  const log = valueOf(readLogFile([Buffer.from(head)], ''));
  if (log === undefined) return undefined;
  const release = log.records.map(({ text }) => /^Linux version (\S+)/.exec(text)?.[1]).find((one) => one !== undefined);
  return `saved kernel log${release === undefined ? '' : ` of ${release}`}`;
}

function elfOfKernel(head: Buffer): string | undefined {
  if (head.length < 64 || head.readUInt32BE(0) !== 0x7f454c46) return undefined;
  const type = head[5] === 2 ? head.readUInt16BE(16) : head.readUInt16LE(16);
  // A core file is a dump.
  return type === 2 || type === 3 ? 'kernel image in ELF (vmlinux), or the file of its debug information' : undefined;
}

/** gzip, xz, bzip2, zstd, or a tar as it is. */
const isPacked = (head: Buffer): boolean =>
  [
    [0x1f, 0x8b],
    [0xfd, 0x37, 0x7a, 0x58, 0x5a],
    [0x42, 0x5a, 0x68],
    [0x28, 0xb5, 0x2f, 0xfd],
  ].some((magic) => magic.every((byte, at) => head[at] === byte)) || head.toString('latin1', 257, 262) === 'ustar';

export const knownFiles: readonly KnownFile[] = [
  {
    kind: 'dump-log',
    attach: 'dumpLog',
    names: /^(?:kexec-dmesg|kdump|makedumpfile)[\w.-]*\.(?:log|txt|out)$|^makedumpfile\.(?:log|out|txt)$/i,
    look: (head) => (isDumpLog(textOf(head)) ? 'log of kdump or makedumpfile' : savedLog(head) === undefined ? undefined : 'log of the kdump kernel'),
  },
  {
    kind: 'kernel-log',
    attach: 'dmesg',
    names: /^(?:vmcore-)?dmesg(?:[-._][\w.-]*)?$|^[\w.-]*dmesg[\w.-]*\.(?:txt|log)$|^journalctl[\w.-]*$/i,
    look: savedLog,
  },
  {
    kind: 'system-map',
    attach: 'systemMap',
    names: /^System\.map/i,
    look: (head) => (/^(?:[0-9a-f]{8,16}| {8,16}) [A-Za-z?] \S+\n/.test(textOf(head)) ? 'System.map' : undefined),
  },
  {
    kind: 'vmcoreinfo',
    attach: 'vmcoreinfo',
    names: /vmcore_?info/i,
    look: (head) => {
      const release = /^OSRELEASE=(\S+)$/m.exec(textOf(head))?.[1];
      return release === undefined ? undefined : `text of vmcoreinfo, of ${release}`;
    },
  },
  { kind: 'vmlinux', attach: 'vmlinux', names: /^vmlinux|\.debug$/i, look: elfOfKernel },
  {
    kind: 'dbginfo',
    attach: 'hostFacts',
    names: /^DBGINFO-\d{4}-\d\d-\d\d-[\w.-]+\.(?:tgz|tar(?:\.\w+)?)$/i,
    look: (head) => (isPacked(head) ? 'archive of dbginfo.sh' : undefined),
  },
  {
    kind: 'sosreport',
    attach: 'hostFacts',
    names: /^sosreport-[\w.-]+\.(?:tgz|tar(?:\.\w+)?)$/i,
    look: (head) => (isPacked(head) ? 'archive of sos report' : undefined),
  },
];

/** Unpacked archives: a folder of that name in which one of these is. */
export const knownFolders: readonly { readonly kind: BesideKind; readonly names: RegExp; readonly holds: readonly string[]; readonly what: string }[] = [
  {
    kind: 'dbginfo',
    names: /^DBGINFO-\d{4}-\d\d-\d\d-[\w.-]+$/i,
    holds: ['runtime.out', 'proc/version', 'proc/sysinfo'],
    what: 'unpacked archive of dbginfo.sh',
  },
  {
    kind: 'sosreport',
    names: /^sosreport-[\w.-]+$/i,
    holds: ['sos_commands', 'version.txt', 'proc/version', 'proc/cmdline'],
    what: 'unpacked archive of sos report',
  },
];
