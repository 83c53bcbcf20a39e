/** Files that tell more of a dump's kernel than the dump does. */
import * as v from 'valibot';

/** A vmlinux (or the file of its debug information), a System.map, the text of a VMCOREINFO note, a saved kernel log, the log of the tool that wrote the dump. */
export const attachmentKinds = ['vmlinux', 'systemMap', 'vmcoreinfo', 'dmesg', 'dumpLog', 'hostFacts'] as const;
export type AttachmentKind = (typeof attachmentKinds)[number];

/** Where they lie on disk. With a vmlinux a System.map is not looked at. */
export type AttachmentPaths = Readonly<Partial<Record<AttachmentKind, string | undefined>>>;

export const attachmentNames: Readonly<Record<AttachmentKind, string>> = {
  vmlinux: 'vmlinux',
  systemMap: 'System.map',
  vmcoreinfo: 'text of vmcoreinfo',
  dmesg: 'kernel log',
  dumpLog: 'log of the dump tool',
  hostFacts: 'archive of the host',
};

/** As a thing to be chosen. */
export const attachmentTitles: Readonly<Record<AttachmentKind, string>> = {
  vmlinux: 'vmlinux',
  systemMap: 'System.map',
  vmcoreinfo: 'Text of vmcoreinfo',
  dmesg: 'Kernel log (vmcore-dmesg.txt)',
  dumpLog: 'Log of kdump or makedumpfile',
  hostFacts: 'Archive of dbginfo.sh or sos report',
};

/** What shows that an attached file is of the dumped kernel, or of its boot. */
export const attachmentProofs = ['build-id', 'banner', 'release', 'symbols', 'log', 'kernel-offset'] as const;
export type AttachmentProof = (typeof attachmentProofs)[number];

export const proofWords: Readonly<Record<AttachmentProof, string>> = {
  'build-id': 'has the build ID of the dumped kernel',
  banner: 'has the banner of the dumped kernel',
  release: 'has the release of the dumped kernel',
  symbols: 'has its symbols at the addresses of the dumped kernel',
  log: 'has lines of the log in memory',
  'kernel-offset': 'names the kernel offset of the dumped kernel',
};

const aboutAttached = {
  kind: v.picklist(attachmentKinds),
  /** Absent where nothing could be compared. */
  proof: v.optional(v.picklist(attachmentProofs)),
  /** What shows that it is not of the dumped system: then nothing of it is used. */
  contradiction: v.optional(v.string()),
  /** Of a saved log that is read in place of the one in memory: why that is not read. */
  inPlaceOf: v.optional(v.string()),
  /** Of a text of vmcoreinfo that is used in place of the dump's own: what the dump's own or memory says otherwise. */
  differs: v.optional(v.string()),
};

/** As documents name it: without a folder. */
export const attachedSchema = v.strictObject({ ...aboutAttached, file: v.string() });
/** As the engine gives it. */
export const attachedAtSchema = v.strictObject({ ...aboutAttached, path: v.string() });
export type AttachedJson = v.InferOutput<typeof attachedSchema>;

/** Held against the dump by a check of its own, or in the place of what it could be compared with. */
const provesItself: ReadonlySet<AttachmentKind> = new Set(['dumpLog', 'hostFacts']);

/** Whether nothing shows that a file is of the dumped kernel, although something should, or the dump says otherwise in part. */
export const isUnproven = ({ kind, proof, differs }: Pick<AttachedJson, 'kind' | 'proof' | 'differs'>): boolean =>
  differs !== undefined || (proof === undefined && !provesItself.has(kind));

/** "vmlinux-6.1 (vmlinux; it has the build ID of the dumped kernel)". */
export function attachedText({ kind, file, proof, contradiction, inPlaceOf, differs }: AttachedJson): string {
  if (contradiction !== undefined) return `${file} (${attachmentNames[kind]}; not used, because it does not belong to this dump: ${contradiction})`;
  const shown = provesItself.has(kind)
    ? ''
    : `; ${proof === undefined ? 'nothing shows that it is of the dumped kernel' : `it ${proofWords[proof]}${kind === 'dmesg' && proof === 'release' ? ', which does not show the boot' : ''}`}`;
  const used = inPlaceOf === undefined ? '' : `; read in place of the log in memory: ${inPlaceOf}`;
  const otherwise = differs === undefined ? '' : `; ${differs}`;
  return `${file} (${attachmentNames[kind]}${shown}${used}${otherwise})`;
}
