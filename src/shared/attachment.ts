/** Files that tell more of a dump's kernel than the dump does. */
import * as v from 'valibot';

/** A vmlinux (or the file of its debug information), a System.map, the text of a VMCOREINFO note. */
export const attachmentKinds = ['vmlinux', 'systemMap', 'vmcoreinfo'] as const;
export type AttachmentKind = (typeof attachmentKinds)[number];

/** Where they lie on disk. With a vmlinux a System.map is not looked at. */
export type AttachmentPaths = Readonly<Partial<Record<AttachmentKind, string | undefined>>>;

export const attachmentNames: Readonly<Record<AttachmentKind, string>> = {
  vmlinux: 'vmlinux',
  systemMap: 'System.map',
  vmcoreinfo: 'text of vmcoreinfo',
};

/** As a thing to be chosen. */
export const attachmentTitles: Readonly<Record<AttachmentKind, string>> = {
  vmlinux: 'vmlinux',
  systemMap: 'System.map',
  vmcoreinfo: 'Text of vmcoreinfo',
};

/** What shows that an attached file is of the dumped kernel. */
export const attachmentProofs = ['build-id', 'banner', 'release', 'symbols'] as const;
export type AttachmentProof = (typeof attachmentProofs)[number];

const proofWords: Readonly<Record<AttachmentProof, string>> = {
  'build-id': 'has the build ID of the dumped kernel',
  banner: 'has the banner of the dumped kernel',
  release: 'has the release of the dumped kernel',
  symbols: 'has its symbols where the dumped kernel has them',
};

/** As documents name it: without a folder. `proof` is absent where nothing could be compared. */
export const attachedSchema = v.strictObject({ kind: v.picklist(attachmentKinds), file: v.string(), proof: v.optional(v.picklist(attachmentProofs)) });
export type AttachedJson = v.InferOutput<typeof attachedSchema>;

/** "vmlinux-6.1 (vmlinux; it has the build ID of the dumped kernel)". */
export function attachedText({ kind, file, proof }: AttachedJson): string {
  // A text of vmcoreinfo takes the place of what it could be compared with.
  const shown = kind === 'vmcoreinfo' ? '' : `; ${proof === undefined ? 'nothing shows that it is of the dumped kernel' : `it ${proofWords[proof]}`}`;
  return `${file} (${attachmentNames[kind]}${shown})`;
}
