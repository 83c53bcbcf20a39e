import type { Step } from '../../shared/check-model.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { shortDigests } from '../words/digests.ts';
import { Hostile } from './Hostile.tsx';
import { PlaceText } from './PlaceText.tsx';
import { Icon } from './Icon.tsx';
import './step-list.css';

const signs = {
  passed: { icon: 'check', tone: 'ok', word: 'passed' },
  failed: { icon: 'close', tone: 'bad', word: 'failed' },
  open: { icon: 'dash', tone: 'plain', word: 'not decided' },
};

interface StepListProps {
  /** Key of the dump to which they belong. */
  readonly dump: string;
  readonly steps: readonly Step[];
  readonly label: string;
  /** Long digests are shortened; the tooltip has them in full. */
  readonly brief?: boolean;
}

/** The steps of a check or decision, in the order in which they are made. */
export function StepList({ dump, steps, label, brief = false }: StepListProps) {
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
            <span className={brief ? 'step-detail brief code' : 'step-detail code cut'} title={visibleText(step.detail)}>
              <PlaceText dump={dump} text={brief ? shortDigests(step.detail) : step.detail} />
            </span>
          </li>
        );
      })}
    </ol>
  );
}
