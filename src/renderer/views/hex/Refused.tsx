import { isDumpError } from '../../../shared/dump-error.ts';
import type { Position } from '../../state/position.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';

/** Message for bytes that cannot be read at all, with another way to view the same number. */
export function Refused({ dump, position, error }: { readonly dump: string; readonly position: Position; readonly error: Error }) {
  const { places } = useWorkbench();
  const what = isDumpError(error) ? error.what : (error.message.split('\n')[0] ?? '');
  return (
    <div className="hex-refused card" role="status" data-testid="hex-refused">
      <h2>{position.space === 'virtual' ? 'These virtual addresses cannot be shown.' : 'These bytes cannot be read.'}</h2>
      <p className="dim">
        <Hostile text={what} />
      </p>
      {position.space === 'absolute' ? null : (
        <button type="button" className="link" onClick={() => places.goTo(dump, { space: 'absolute', address: position.address, length: position.length })}>
          Show the same number as an absolute address
        </button>
      )}
    </div>
  );
}
