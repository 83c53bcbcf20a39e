/** What a dump can be checked against: files that the user supplies, and other open dumps. */
import { useState } from 'react';
import type { EvidenceKind } from '../../../shared/check-model.ts';
import type { Evidence, OpenDump } from '../../state/open-dump.ts';
import { useStore } from '../../hooks/use-store.ts';
import { useWorkbench } from '../../workbench.ts';
import { Dialog } from '../../widgets/dialog/Dialog.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';

interface AgainstDialogProps {
  readonly dump: OpenDump;
  readonly first: EvidenceKind;
  readonly onClose: () => void;
}

const files = [
  { id: 'manifest', title: 'Manifest', note: 'digests as sha256sum, hashdeep or Dumpbench write them' },
  { id: 'attestation', title: 'Signed attestation', note: 'and the public key that you trust' },
] as const;
const image = { id: 'kdumpImage', title: 'Healthy kdump image', note: 'another dump of the system, the kernel image or the initrd that was loaded' } as const;

export function AgainstDialog({ dump, first, onClose }: AgainstDialogProps) {
  const { dumps, dumpJobs, shell } = useWorkbench();
  const [chosen, setChosen] = useState<string>(first);
  const hasKdumpImage = dump.triage?.info.machine.features?.includes('os-info') === true;
  const others = useStore(dumps.all).filter(
    (one) => hasKdumpImage && one.path !== dump.path && one.triage?.info.machine.features?.includes('os-info') === true,
  );
  const choose = async (kind: EvidenceKind): Promise<string | undefined> => (await shell.call('chooseEvidence', { kind })).path;
  /** Undefined when no file was chosen. */
  const evidence = async (): Promise<Evidence | undefined> => {
    const other = others.find(({ key }) => key === chosen);
    if (other !== undefined) return { kdumpImages: [other.path] };
    if (chosen === 'attestation') {
      const attestation = await choose('attestation');
      const publicKey = attestation === undefined ? undefined : await choose('publicKey');
      return attestation === undefined || publicKey === undefined ? undefined : { attestation, publicKey };
    }
    const path = await choose(chosen === 'manifest' ? 'manifest' : 'kdumpImage');
    if (path === undefined) return undefined;
    return chosen === 'manifest' ? { manifest: path } : { kdumpImages: [path] };
  };
  const start = async (): Promise<void> => {
    const found = await evidence();
    // No file was chosen: the user may choose again.
    if (found === undefined) return;
    dumpJobs.checkAgainst(dump.key, found);
    onClose();
  };
  const option = (id: string, title: string, note: string) => (
    <label key={id} className="dialog-option">
      <input type="radio" name="against" checked={id === chosen} onChange={() => setChosen(id)} data-testid={`against-${id}`} />
      <span className="cut">
        <Hostile text={title} title />
      </span>
      <span className="dim">{note}</span>
    </label>
  );
  return (
    <Dialog
      title={
        <>
          Check <Hostile text={dump.name} /> against
        </>
      }
      testId="against-dialog"
      action={{
        label: others.some(({ key }) => key === chosen) ? 'Compare' : chosen === 'attestation' ? 'Choose files and check' : 'Choose file and check',
        run: start,
        testId: 'against-start',
      }}
      onClose={onClose}
    >
      <fieldset className="dialog-options">
        <legend className="unseen">What to check against</legend>
        {files.map(({ id, title, note }) => option(id, title, note))}
        {hasKdumpImage ? option(image.id, image.title, image.note) : null}
        {others.map(({ key, name }) => option(key, name, 'open here: its kdump kernel, byte by byte'))}
      </fieldset>
      {chosen === 'manifest' || chosen === 'attestation' ? <p className="dim">This computes digests, so the whole file is read.</p> : null}
    </Dialog>
  );
}
