import { Icon } from './Icon.tsx';

interface IconButtonProps {
  readonly icon: string;
  /** Says what it does: tooltip and accessible name. */
  readonly label: string;
  readonly onPress: () => void;
  readonly testId?: string;
  readonly disabled?: boolean;
}

export function IconButton({ icon, label, onPress, testId, disabled = false }: IconButtonProps) {
  return (
    <button type="button" className="icon-button" aria-label={label} title={label} onClick={onPress} disabled={disabled} data-testid={testId}>
      <Icon name={icon} />
    </button>
  );
}
