/** Pages through a long list: the current part, and buttons for the others. */
import { countText } from '../../words/numbers.ts';
import { IconButton } from '../../widgets/IconButton.tsx';

interface PagerProps {
  /** What is counted, in the plural. */
  readonly what: string;
  readonly skip: number;
  readonly size: number;
  readonly total: number;
  readonly onSkip: (skip: number) => void;
}

export function Pager({ what, skip, size, total, onSkip }: PagerProps) {
  if (total <= size) return null;
  return (
    <div className="pager" role="group" aria-label={`Parts of the ${what}`}>
      <IconButton
        icon="chevron-left"
        label={`Previous ${what}`}
        onPress={() => onSkip(Math.max(0, skip - size))}
        disabled={skip === 0}
        testId="pager-previous"
      />
      <span data-testid="pager-place">
        {countText(skip + 1)} to {countText(Math.min(total, skip + size))} of {countText(total)} {what}
      </span>
      <IconButton icon="chevron-right" label={`Next ${what}`} onPress={() => onSkip(skip + size)} disabled={skip + size >= total} testId="pager-next" />
    </div>
  );
}
