import { byteText } from '../../../shared/units.ts';
import { useStore } from '../../hooks/use-store.ts';
import { handleOf, type OpenDump } from '../../state/open-dump.ts';
import type { Position } from '../../state/position.ts';
import { useWorkbench } from '../../workbench.ts';
import { Icon } from '../../widgets/Icon.tsx';
import { copyFormats, type CopyFormat } from './copy-formats.ts';
import { copySelection, mostCopied } from './selected-bytes.ts';

interface CopyBytesProps {
  readonly dump: OpenDump;
  readonly position: Position;
  readonly onSaid: (said: string) => void;
}

/** Copies the selection in a chosen format, which Ctrl+C uses too. */
export function CopyBytes({ dump, position, onSaid }: CopyBytesProps) {
  const workbench = useWorkbench();
  const format = useStore(workbench.copyFormat);
  const length = Math.max(1, position.length);
  return (
    <>
      <select
        className="select"
        aria-label="Copy as"
        value={format}
        onChange={(event) => workbench.copyFormat.set(event.currentTarget.value as CopyFormat)}
        data-testid="copy-format"
      >
        {copyFormats.map(({ id, title }) => (
          <option key={id} value={id}>
            {title}
          </option>
        ))}
      </select>
      <button
        type="button"
        className="button"
        disabled={handleOf(dump) === undefined || length > mostCopied}
        title={length > mostCopied ? `At most ${byteText(mostCopied)} can be copied at once` : 'Copy the selected bytes (Ctrl+C)'}
        onClick={() => void copySelection(workbench, dump.key, position, format).then(onSaid, workbench.tell)}
        data-testid="copy-bytes"
      >
        <Icon name="copy" /> Copy {length <= mostCopied ? byteText(length) : 'selection'}
      </button>
    </>
  );
}
