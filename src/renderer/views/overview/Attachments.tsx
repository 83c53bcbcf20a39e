/** Files that supplement the dump's kernel: which are attached, and how to attach others. */
import { useRef } from 'react';
import { attachedText, attachmentKinds, attachmentTitles, isUnproven } from '../../../shared/attachment.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { IconButton } from '../../widgets/IconButton.tsx';

const notes = {
  vmlinux: 'symbols and types (BTF); or its debug information file',
  systemMap: 'symbols',
  vmcoreinfo: 'locations of the kernel’s structures, if the dump’s own note is lost',
  hostFacts: 'names, CPUs, memory and parameters of the running system, compared with the dump',
  dumpLog: 'the messages of the tool that wrote the dump, compared with the dump',
  dmesg: 'compared with the log in memory, or used instead if that is lost',
} as const;

/** Attached files, each with the evidence that it belongs to this kernel. */
export function AttachedList({ dump }: { readonly dump: OpenDump }) {
  const { dumpJobs } = useWorkbench();
  const attached = dump.triage?.info.kernel.attached ?? [];
  if (attached.length === 0) return null;
  return (
    <ul className="attached" aria-label="Attached files" data-testid="attached">
      {attached.map((one) => (
        <li key={one.kind}>
          <span className={one.contradiction !== undefined ? 'tone-bad' : isUnproven(one) ? 'tone-warn' : 'dim'}>
            Attached: <Hostile text={attachedText(one)} />
          </span>
          <IconButton icon="close" label={`Detach ${one.file}`} onPress={() => dumpJobs.detach(dump.key, one.kind)} />
        </li>
      ))}
    </ul>
  );
}

/** Offers the kinds of files that can be attached. */
export function AttachMenu({ dump }: { readonly dump: OpenDump }) {
  const { dumpJobs } = useWorkbench();
  const menu = useRef<HTMLDivElement>(null);
  const id = `attach-${dump.key}`;
  return (
    <>
      <button type="button" className="pill pill-more" popoverTarget={id} data-testid="attach">
        attach…
      </button>
      <div ref={menu} id={id} className="facts-popover attach-menu" popover="auto" role="group" aria-label="Attach a file of this kernel">
        <p className="dim">Attach a file of the dumped kernel to supply what the dump lacks. Files of another kernel are rejected.</p>
        {attachmentKinds.map((kind) => (
          <button
            key={kind}
            type="button"
            className="attach-choice"
            data-testid={`attach-${kind}`}
            onClick={() => {
              menu.current?.hidePopover();
              dumpJobs.attach(dump.key, kind);
            }}
          >
            <span>{attachmentTitles[kind]}…</span>
            <span className="dim">{notes[kind]}</span>
          </button>
        ))}
      </div>
    </>
  );
}
