import type { Step } from '../../shared/model.ts';
import { Hostile } from './Hostile.tsx';
import { Icon } from './Icon.tsx';
import './step-list.css';

const signs = {
  passed: { icon: 'check', tone: 'ok', word: 'passed' },
  failed: { icon: 'close', tone: 'bad', word: 'failed' },
  open: { icon: 'dash', tone: 'plain', word: 'not decided' },
};

/** The rows of a check's or a decision's sheet, in the order in which they are made. */
export function StepList({ steps, label }: { readonly steps: readonly Step[]; readonly label: string }) {
  return (
    <ol className="steps" aria-label={label}>
      {steps.map((step, index) => {
        const sign = step.passed === undefined ? signs.open : step.passed ? signs.passed : signs.failed;
        return (
          <li key={index} className={step.passed === false ? 'step failed' : 'step'}>
            <span className={`step-sign tone-${sign.tone}`}>
              <Icon name={sign.icon} />
              <span className="unseen">{sign.word}</span>
            </span>
            <span className="step-name cut">
              <Hostile text={step.check} title />
            </span>
            <span className="step-detail code cut">
              <Hostile text={step.detail} title />
            </span>
          </li>
        );
      })}
    </ol>
  );
}
