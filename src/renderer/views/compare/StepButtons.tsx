/** Buttons for the next and previous difference; the actions of the same name have the keys. */
import { countText } from '../../words/numbers.ts';
import { IconButton } from '../../widgets/IconButton.tsx';
import type { DifferenceStep } from '../../state/difference-steps.ts';

interface StepButtonsProps {
  readonly onStep: DifferenceStep;
  readonly current?: number | undefined;
  /** Undefined while it is not known; without `current` the position is then not shown either. */
  readonly total?: number | undefined;
  readonly disabled?: boolean;
}

export function StepButtons({ onStep, current, total, disabled = total === 0 }: StepButtonsProps) {
  return (
    <span className="compare-steps">
      <IconButton icon="arrow-up" label="Previous difference (Shift+F7)" testId="previous-difference" onPress={() => onStep(-1)} disabled={disabled} />
      <IconButton icon="arrow-down" label="Next difference (F7)" testId="next-difference" onPress={() => onStep(1)} disabled={disabled} />
      {total === undefined && current === undefined ? null : (
        <span className="code" data-testid="difference-place">
          {current === undefined ? '–' : countText(current + 1)} / {total === undefined ? '…' : countText(total)}
        </span>
      )}
    </span>
  );
}
