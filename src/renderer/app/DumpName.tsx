import type { OpenDump } from '../state/open-dump.ts';
import { Hostile } from '../widgets/Hostile.tsx';
import { Icon } from '../widgets/Icon.tsx';
import './dump-name.css';

function stateIcon(dump: OpenDump): { readonly icon: string; readonly tone: string; readonly word: string } {
  if (dump.phase.kind === 'failed') return { icon: 'error', tone: 'bad', word: 'could not be opened' };
  if (dump.health === undefined) return { icon: 'loading', tone: 'plain', word: 'being opened' };
  if (dump.health.failed > 0) return { icon: 'error', tone: 'bad', word: 'a check failed' };
  return dump.health.passed > 0 ? { icon: 'pass', tone: 'ok', word: 'no check failed' } : { icon: 'circle-large', tone: 'plain', word: 'nothing checked' };
}

/** A dump in a list of choices: its health, name and path. */
export function DumpName({ dump }: { readonly dump: OpenDump }) {
  const { icon, tone, word } = stateIcon(dump);
  return (
    <>
      <span className={`tone-${tone}`} title={word}>
        <Icon name={icon} spin={icon === 'loading'} />
        <span className="unseen">{word}: </span>
      </span>
      <span className="dump-name">
        <span className="cut">
          <Hostile text={dump.name} />
        </span>
        <span className="cut dim dump-path">
          <Hostile text={dump.path} title />
        </span>
      </span>
    </>
  );
}
