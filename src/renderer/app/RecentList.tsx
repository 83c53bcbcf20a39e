import { useStore } from '../hooks/use-store.ts';
import { useWorkbench } from '../workbench.ts';
import { fileName } from '../state/open-dump.ts';
import { Hostile } from '../widgets/Hostile.tsx';
import { Icon } from '../widgets/Icon.tsx';
import { IconButton } from '../widgets/IconButton.tsx';
import { recentBadge, recentTimes } from '../words/recent.ts';
import './recent-list.css';

/** Recently opened dumps, newest first: the outcome of their checks, what ended the system, and when. */
export function RecentList({ onOpen }: { readonly onOpen?: () => void }) {
  const { recents, dumps, openRecent, forgetRecent } = useWorkbench();
  const open = useStore(dumps.all);
  const list = useStore(recents).filter(({ path }) => !open.some((dump) => dump.path === path));
  if (list.length === 0) return <p className="dim recent-none">Dumps that you open appear here with what was found in them.</p>;
  return (
    <ul data-testid="recents">
      {list.map((recent) => {
        const { icon, tone, word } = recentBadge(recent);
        const times = recentTimes(recent);
        return (
          <li key={recent.path} className="recent">
            <button
              type="button"
              className="recent-choice"
              onClick={() => {
                onOpen?.();
                openRecent(recent);
              }}
              data-recent={recent.path}
            >
              <span className={`tone-${tone}`} title={word}>
                <Icon name={icon} />
                <span className="unseen">{word}: </span>
              </span>
              <span className="recent-name cut">
                <Hostile text={fileName(recent.path)} />
              </span>
              <span className="recent-title cut dim">
                <Hostile text={recent.title} title />
              </span>
              <span className="recent-verdict cut">
                {recent.verdict === undefined ? null : <Hostile text={recent.verdict} title />}
                <span className="dim">
                  {recent.verdict === undefined ? '' : ' · '}
                  {word}
                </span>
              </span>
              <span className="recent-path cut dim">
                <Hostile text={times === '' ? recent.path : `${times} · ${recent.path}`} title />
              </span>
            </button>
            <IconButton icon="close" label={`Forget ${fileName(recent.path)}`} onPress={() => forgetRecent(recent.path)} />
          </li>
        );
      })}
    </ul>
  );
}
