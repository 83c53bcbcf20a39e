import { byteText, pageSize } from '../../../shared/units.ts';
import { plural } from '../../words/numbers.ts';
import { memoryKinds, type KindCounts } from '../../../shared/memory-kinds.ts';
import './kind-bar.css';

/** The composition of a range as a full-width bar, however small the range is. The numbers are next to it. */
export function KindBar({ counts }: { readonly counts: KindCounts }) {
  return (
    <span className="kind-bar" aria-hidden="true">
      {memoryKinds
        .filter(({ id }) => counts[id] > 0)
        .map(({ id, label, colour, pattern }) => (
          <span
            key={id}
            className="kind-part"
            data-pattern={pattern}
            style={{ flexGrow: counts[id], backgroundColor: `var(${colour})` }}
            title={`${label}: ${plural(counts[id], 'page')}, ${byteText(counts[id] * pageSize)}`}
          />
        ))}
    </span>
  );
}
