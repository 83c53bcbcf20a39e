import { useStore } from '../hooks/use-store.ts';
import { useWorkbench } from '../workbench.ts';
import { Hostile } from '../widgets/Hostile.tsx';
import { Icon } from '../widgets/Icon.tsx';
import { IconButton } from '../widgets/IconButton.tsx';
import './banner.css';

/** The outcome of something the user requested. Stays until it is dismissed or one of its actions is used. */
export function NoticeBar() {
  const { notice } = useWorkbench();
  const shown = useStore(notice);
  if (shown === undefined) return null;
  return (
    <div className={`banner ${shown.tone}`} role={shown.tone === 'bad' ? 'alert' : 'status'} data-testid="notice">
      <Icon name={shown.tone === 'bad' ? 'warning' : 'info'} />
      <span className="banner-words">
        <Hostile text={shown.text} />
      </span>
      {(shown.actions ?? []).map(({ label, run, stays }) => (
        <button
          key={label}
          type="button"
          className="button"
          onClick={() => {
            if (stays !== true) notice.set(undefined);
            run();
          }}
        >
          {label}
        </button>
      ))}
      <IconButton icon="close" label="Dismiss" onPress={() => notice.set(undefined)} />
    </div>
  );
}
