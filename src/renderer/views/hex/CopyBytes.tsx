import { useState } from 'react';
import { handleOf, type OpenDump } from '../../state/open-dump.ts';
import type { Position } from '../../state/position.ts';
import { byteText } from '../../../shared/units.ts';
import { useWorkbench } from '../../workbench.ts';
import { Icon } from '../../widgets/Icon.tsx';
import { copyFormats, copyText, type CopyFormat } from './copy-formats.ts';

/** One read of the engine. */
const maxBytes = 65536;

/** Copies the selection in a form to be chosen, with where it comes from. */
export function CopyBytes({ dump, position }: { readonly dump: OpenDump; readonly position: Position }) {
  const { engine, shell, tell } = useWorkbench();
  const [copied, setCopied] = useState<Position>();
  const [format, setFormat] = useState<CopyFormat>('hex');
  const length = Math.max(1, position.length);
  const handle = handleOf(dump);
  const copy = async (): Promise<void> => {
    if (handle === undefined) return;
    const { space, address } = position;
    const owner = space === 'real' || space === 'virtual' ? { cpu: position.cpu ?? 0 } : {};
    const { data, absent } = await engine.call('read', { dump: handle, space, address, length, ...owner });
    const text = copyText(format, { position, data, absent, file: dump.name, identity: dump.identity ?? 'unknown' });
    await shell.call('copyText', { text });
    setCopied(position);
  };
  return (
    <>
      <span role="status" className="dim">
        {copied === position ? 'copied ' : ''}
      </span>
      <select
        className="select"
        aria-label="Copy as"
        value={format}
        onChange={(event) => setFormat(event.currentTarget.value as CopyFormat)}
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
        disabled={handle === undefined || length > maxBytes}
        title={length > maxBytes ? `At most ${byteText(maxBytes)} can be copied at once` : 'Copy the selected bytes'}
        onClick={() => void copy().catch(tell)}
        data-testid="copy-bytes"
      >
        <Icon name="copy" /> Copy {length <= maxBytes ? byteText(length) : 'selection'}
      </button>
    </>
  );
}
