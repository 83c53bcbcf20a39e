import type { Trust } from '../../shared/fact.ts';
import { trustMarks } from '../words/trust.ts';
import { Icon } from './Icon.tsx';
import './trust-mark.css';

/** A small sign next to a fact; its name is for screen readers, the tooltip is on the fact itself. */
export function TrustMark({ trust }: { readonly trust: Trust }) {
  return (
    <span className={`trust-mark trust-${trust}`}>
      <Icon name={trustMarks[trust].icon} />
      <span className="unseen"> ({trust})</span>
    </span>
  );
}
