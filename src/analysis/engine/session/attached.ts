/** A file that is attached to a session. */
import { defined } from '../../../shared/defined.ts';
import type { AttachedJson, AttachmentKind, AttachmentProof } from '../../../shared/attachment.ts';
import type { DumpLog } from '../../kernel/given/dump-log.ts';
import type { HostFacts } from '../../kernel/given/host-facts.ts';
import type { GivenVmcoreinfo } from '../../kernel/given/given-vmcoreinfo.ts';
import type { GivenLog } from '../../kernel/given/given-log.ts';

export interface Attached {
  readonly kind: AttachmentKind;
  readonly path: string;
  /** What shows that it is of this kernel. Undefined when nothing could be compared. */
  readonly proof: AttachmentProof | undefined;
  /** A saved log held against the dump. */
  readonly log?: GivenLog;
  /** A text of vmcoreinfo held against the dump's own. */
  readonly vmcoreinfo?: GivenVmcoreinfo;
  /** What the tool that wrote the dump said of it. */
  readonly dumpLog?: DumpLog;
  /** What an archive of the running system says of it. */
  readonly hostFacts?: HostFacts;
}

/** As every door gives it. */
export const aboutAttached = ({ kind, proof, log, vmcoreinfo }: Attached): Omit<AttachedJson, 'file'> => ({
  kind,
  ...defined({ proof, contradiction: log?.contradiction, inPlaceOf: log?.inPlaceOf, differs: vmcoreinfo?.differs }),
});
