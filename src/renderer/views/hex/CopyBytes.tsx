import { useState } from 'react';
import { handleOf, type OpenDump } from '../../state/open-dump.ts';
import type { Position } from '../../state/position.ts';
import { byteText } from '../../../shared/units.ts';
import { useWorkbench } from '../../workbench.ts';
import { Icon } from '../../widgets/Icon.tsx';
import { hexText } from './inspect-bytes.ts';

/** One read of the engine. */
const maxBytes = 65536;

/** Copies the selection as hex digits. What is not in the dump is `--`, never zero. */
export function CopyBytes({ dump, position }: { readonly dump: OpenDump; readonly position: Position }) {
  const { engine, shell, tell } = useWorkbench();
  const [copied, setCopied] = useState<Position>();
  const length = Math.max(1, position.length);
  const handle = handleOf(dump);
  const copy = async (): Promise<void> => {
    if (handle === undefined) return;
    const { space, address } = position;
    const owner = space === 'real' || space === 'virtual' ? { cpu: position.cpu ?? 0 } : {};
    const { data, absent } = await engine.call('read', { dump: handle, space, address, length, ...owner });
    await shell.call('copyText', { text: hexText(data, address, absent) });
    setCopied(position);
  };
  return (
    <>
      <span role="status" className="dim">
        {copied === position ? 'copied ' : ''}
      </span>
      <button
        type="button"
        className="button"
        disabled={handle === undefined || length > maxBytes}
        title={length > maxBytes ? `At most ${byteText(maxBytes)} can be copied at once` : 'Copy the selected bytes as hex digits'}
        onClick={() => void copy().catch(tell)}
      >
        <Icon name="copy" /> Copy {length <= maxBytes ? byteText(length) : 'selection'}
      </button>
    </>
  );
}
