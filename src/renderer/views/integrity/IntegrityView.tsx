/** Every check: recorded and recomputed value, verdict, and links to the bytes. */
import { useEffect, useRef, useState } from 'react';
import type { CheckResult, Verdict } from '../../../shared/check-model.ts';
import type { EvidenceKind } from '../../../shared/check-model.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { isRunning } from '../../state/jobs.ts';
import { useStore } from '../../hooks/use-store.ts';
import { healthCounts, verdictWords } from '../../words/health.ts';
import { useWorkbench } from '../../workbench.ts';
import { AgainstDialog } from './AgainstDialog.tsx';
import { AgainstLine } from './AgainstLine.tsx';
import { CheckRow } from './CheckRow.tsx';
import { DamageMap } from './DamageMap.tsx';
import { Digests } from './Digests.tsx';
import { ExportDialog } from './ExportDialog.tsx';
import { IntegrityActions } from './IntegrityActions.tsx';
import './integrity.css';

/** Worst first; checks without a result last. */
const order: Readonly<Record<Verdict, number>> = { failed: 0, unreadable: 1, passed: 2, 'not-run': 3, 'not-recorded': 4, 'not-applicable': 5 };
const byVerdict = (left: CheckResult, right: CheckResult): number => order[left.verdict] - order[right.verdict];

export function IntegrityView({ dump }: { readonly dump: OpenDump }) {
  const { jobs, shownCheck, wantedEvidence } = useWorkbench();
  const wanted = useStore(shownCheck)[dump.key];
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [applied, setApplied] = useState<string>();
  const [exporting, setExporting] = useState(false);
  const against = useStore(wantedEvidence)[dump.key];
  const setAgainst = (kind: EvidenceKind | undefined): void =>
    wantedEvidence.update(({ [dump.key]: _before, ...rest }) => (kind === undefined ? rest : { ...rest, [dump.key]: kind }));
  const list = useRef<HTMLUListElement>(null);
  const running = useStore(jobs.all).find((job) => job.dump === dump.key && (job.kind === 'verify' || job.kind === 'quick-verify') && isRunning(job));

  // A link from another view opens its check.
  if (wanted !== applied) {
    setApplied(wanted);
    if (wanted !== undefined) setOpen(new Set([...open, wanted]));
  }
  useEffect(() => {
    if (wanted === undefined) return;
    list.current?.querySelector(`[data-check="${CSS.escape(wanted)}"]`)?.scrollIntoView({ block: 'nearest' });
    // Lets the next link to the same check work again.
    shownCheck.update(({ [dump.key]: _done, ...rest }) => rest);
  }, [wanted, dump.key, shownCheck]);

  const toggle = (id: string): void => {
    const next = new Set(open);
    if (!next.delete(id)) next.add(id);
    setOpen(next);
  };
  const progress = running?.meter?.progress;
  const now = progress?.phase === 'check' ? progress.about : undefined;
  return (
    <div className="view integrity-view">
      <header className="integrity-head">
        <div className="integrity-summary" data-testid="integrity-summary">
          <h2>Integrity</h2>
          {dump.health === undefined
            ? null
            : healthCounts(dump.health).map(({ verdict, count, tone }) => (
                <span key={verdict} className={`tone-${tone}`}>
                  <strong>{count}</strong> {verdictWords[verdict]}
                </span>
              ))}
        </div>
        <IntegrityActions dump={dump} running={running} onAgainst={() => setAgainst('manifest')} onExport={() => setExporting(true)} />
      </header>
      <AgainstLine dump={dump} />
      <DamageMap dump={dump} />
      {dump.checks.length === 0 ? (
        <p className="message">No checks have run yet. The first checks run as soon as the dump is open; “Verify everything” runs all of them.</p>
      ) : null}
      <ul ref={list} className="checks" data-testid="checks">
        {[...dump.checks].sort(byVerdict).map((check) => (
          <CheckRow
            key={check.id}
            dump={dump}
            check={check}
            open={open.has(check.id)}
            running={check.id === now}
            onToggle={() => toggle(check.id)}
            onCompare={running === undefined ? () => setAgainst('kdumpImage') : undefined}
          />
        ))}
      </ul>
      {against === undefined ? null : <AgainstDialog dump={dump} first={against} onClose={() => setAgainst(undefined)} />}
      {exporting ? <ExportDialog dump={dump} onClose={() => setExporting(false)} /> : null}
      <Digests digests={dump.digests} missing={dump.digestsMissing} checked={dump.checked} />
    </div>
  );
}
