/** What is known about the byte under the cursor: whether it is in the dump, and how far it can be trusted. */
import { usePlaceWords } from '../hooks/use-place-words.ts';
import { useQuery } from '../hooks/use-query.ts';
import type { OpenDump } from '../state/open-dump.ts';
import { positionText, type Position } from '../state/position.ts';
import { byteTrust } from '../words/byte-trust.ts';
import { trustMarks } from '../words/trust.ts';
import { useWorkbench } from '../workbench.ts';
import { Hostile } from '../widgets/Hostile.tsx';
import { TrustMark } from '../widgets/TrustMark.tsx';
import { visibleText } from '../../shared/visible-text.ts';

export function StatusPlace({ dump, cursor }: { readonly dump: OpenDump; readonly cursor: Position }) {
  const { engine } = useWorkbench();
  const { space, cpu, address } = cursor;
  const owner = (space === 'real' || space === 'virtual') && cpu !== undefined ? { cpu } : {};
  const query = useQuery(dump, positionText(cursor), async (handle, signal) => {
    const { absent } = await engine.call('read', { dump: handle, space, address, length: 1, ...owner }, { signal });
    const [gap] = absent;
    const walked = space === 'virtual' ? await engine.call('translate', { dump: handle, address, ...owner }, { signal }) : undefined;
    // Prefixing is not undone here: for a real address only the state is shown.
    const absolute = space === 'absolute' ? address : walked?.absolute === undefined ? undefined : BigInt(walked.absolute);
    const at = space === 'file' ? { space, address } : absolute === undefined ? undefined : { space: 'absolute' as const, address: absolute };
    return { state: gap?.state ?? 'present', reason: gap?.reason, at };
  });
  const word = usePlaceWords(dump, [cursor]).get(positionText(cursor));
  const name = word?.kind === 'memory' ? undefined : word?.text;
  const found = query.value;
  if (found === undefined || query.error !== undefined) return null;
  const trust = found.at === undefined || found.state !== 'present' ? undefined : byteTrust(dump, found.at);
  return (
    <>
      {name === undefined ? null : (
        <span className="cut status-name" data-testid="status-name">
          <Hostile text={name} title />
        </span>
      )}
      <span
        data-testid="status-state"
        title={found.reason === undefined ? undefined : visibleText(found.reason)}
        className={found.state === 'present' ? undefined : 'tone-warn'}
      >
        {found.state === 'present' ? 'in the dump' : found.state}
      </span>
      {trust === undefined ? null : (
        <span data-testid="status-trust" title={`${trustMarks[trust.trust].meaning}\n${visibleText(trust.why)}`}>
          <TrustMark trust={trust.trust} /> <span aria-hidden="true">{trust.trust}</span>
        </span>
      )}
    </>
  );
}
