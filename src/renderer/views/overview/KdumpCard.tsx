import { useState } from 'react';
import type { Step } from '../../../shared/check-model.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import type { Decisions } from '../../words/verdict.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { Icon } from '../../widgets/Icon.tsx';
import { StepList } from '../../widgets/StepList.tsx';

interface Decision {
  readonly id: 'panic' | 'standalone' | 'two-stage';
  readonly title: string;
  readonly answer: string;
  readonly tone: 'ok' | 'bad' | 'plain';
  readonly steps: readonly Step[];
}

const icons = { ok: 'check', bad: 'close', plain: 'dash' } as const;

const panicAnswers = {
  started: ['it did', 'ok'],
  'start-kdump': ['yes', 'ok'],
  'falls-to-panic-action': ['no, it would have fallen back to the panic action', 'bad'],
  'not-loaded': ['no kdump kernel was loaded', 'plain'],
  'not-in-dump': ['the memory that decides it is not in the dump', 'plain'],
  unknown: ['not known', 'plain'],
} as const;
const standaloneAnswers = {
  'start-kdump': ['yes', 'ok'],
  'disabled-wait': ['no, it would have stopped in a disabled wait', 'bad'],
  unknown: ['not known', 'plain'],
} as const;

const twoStageAnswers = {
  'start-kdump': ['yes', 'ok'],
  'full-dump': ['no, it would have dumped everything', 'bad'],
  unknown: ['not known', 'plain'],
} as const;

/** The decisions are independent; none is derived from another. */
function decisionsOf({ panicKdump, standaloneKdump, twoStage }: Decisions): readonly Decision[] {
  const decisions: Decision[] = [];
  if (panicKdump !== undefined) {
    const [answer, tone] = panicAnswers[panicKdump.outcome];
    decisions.push({ id: 'panic', title: 'after a panic', answer, tone, steps: panicKdump.steps });
    // The outcome of the other way of starting it no longer matters.
    if (panicKdump.outcome === 'started') return decisions;
  }
  if (standaloneKdump !== undefined) {
    const [answer, tone] = standaloneAnswers[standaloneKdump.outcome];
    const code = standaloneKdump.waitCode === undefined ? '' : `, code ${standaloneKdump.waitCode}`;
    decisions.push({ id: 'standalone', title: 'stand-alone', answer: `${answer}${code}`, tone, steps: standaloneKdump.steps });
  }
  if (twoStage !== undefined) {
    const [answer, tone] = twoStageAnswers[twoStage.outcome];
    decisions.push({ id: 'two-stage', title: 'two-stage', answer, tone, steps: twoStage.steps });
  }
  return decisions;
}

export function KdumpCard({ dump, decided }: { readonly dump: OpenDump; readonly decided: Decisions }) {
  const decisions = decisionsOf(decided);
  const [chosen, setChosen] = useState<Decision['id']>();
  const shown = decisions.find(({ id }) => id === chosen) ?? decisions.find(({ tone }) => tone === 'bad') ?? decisions[0];
  if (shown === undefined) return null;
  return (
    <section className="card overview-card kdump-card" aria-labelledby={`kdump-${dump.key}`} data-testid="kdump-card">
      <div className="card-head">
        <h2 className="caption" id={`kdump-${dump.key}`}>
          Would kdump have started?
        </h2>
        <div className="segments" role="group" aria-label="Decision">
          {decisions.map(({ id, title, tone }) =>
            decisions.length === 1 ? (
              <span key={id} className="dim">
                {title}
              </span>
            ) : (
              <button key={id} type="button" className="segment" aria-pressed={id === shown.id} onClick={() => setChosen(id)}>
                <span className={`tone-${tone}`}>
                  <Icon name={icons[tone]} />
                </span>{' '}
                {title}
              </button>
            ),
          )}
        </div>
      </div>
      <p className={`kdump-answer tone-${shown.tone}`} data-testid="kdump-answer">
        <Hostile text={shown.answer} />
      </p>
      <div className="card-scroll">
        <StepList dump={dump.key} brief steps={shown.steps} label={`Steps of the decision ${shown.title}`} />
      </div>
    </section>
  );
}
