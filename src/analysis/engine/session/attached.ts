/** A file that is attached to a session. */
import type { AttachmentKind, AttachmentProof } from '../../../shared/attachment.ts';

export interface Attached {
  readonly kind: AttachmentKind;
  readonly path: string;
  /** What shows that it is of this kernel. Undefined when nothing could be compared. */
  readonly proof: AttachmentProof | undefined;
}
