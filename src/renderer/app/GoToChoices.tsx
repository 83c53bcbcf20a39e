/** How the go-to box interprets its input: the possible places, and what is at the selected one. */
import type { GoToChoice } from '../state/go-to.ts';
import type { OpenDump } from '../state/open-dump.ts';
import { positionText } from '../state/position.ts';
import { useAddressFacts } from '../hooks/use-address-facts.ts';
import { factTitles } from '../words/address-facts.ts';
import { Hostile } from '../widgets/Hostile.tsx';

export const optionId = (at: number): string => `go-to-choice-${at}`;

interface GoToChoicesProps {
  readonly dump: OpenDump;
  readonly choices: readonly GoToChoice[];
  readonly picked: number;
  readonly onPick: (at: number) => void;
  readonly onChoose: (choice: GoToChoice) => void;
}

export function GoToChoices({ dump, choices, picked, onPick, onChoose }: GoToChoicesProps) {
  const choice = choices[picked];
  return (
    <div className="go-to-answer go-to-list">
      <ul id="go-to-choices" role="listbox" aria-label="Possible places" data-testid="go-to-choices">
        {choices.map((one, at) => (
          <li
            key={`${one.title} ${positionText(one.position)}`}
            id={optionId(at)}
            role="option"
            aria-selected={at === picked}
            className={`go-to-choice${at === picked ? ' picked' : ''}`}
            // The field keeps the focus.
            onMouseDown={(event) => event.preventDefault()}
            onMouseMove={() => onPick(at)}
            onClick={() => onChoose(one)}
          >
            <span className="code cut go-to-title">
              <Hostile text={one.title} title />
            </span>
            <span className="dim go-to-how">{one.how}</span>
            {one.title === positionText(one.position) ? null : <span className="code dim">{positionText(one.position)}</span>}
          </li>
        ))}
      </ul>
      {choice === undefined ? null : <Preview dump={dump} choice={choice} />}
    </div>
  );
}

/** At most this many facts are shown; the card shows the rest. */
const mostFacts = 3;

function Preview({ dump, choice }: { readonly dump: OpenDump; readonly choice: GoToChoice }) {
  const facts = useAddressFacts(dump, choice.position);
  return (
    <div className="go-to-preview" role="status" data-testid="go-to-preview">
      {facts === undefined ? (
        <span className="dim">{choice.position.space === 'file' ? 'A file offset' : 'Looking it up…'}</span>
      ) : (
        facts.slice(0, mostFacts).map((fact, at) => (
          <span key={at} className="cut">
            <span className="dim">{factTitles[fact.kind]} </span>
            <Hostile text={fact.text} title />
          </span>
        ))
      )}
      <span className="dim">Press Enter to go there{choice.how.startsWith('T') || choice.how.startsWith('t') ? ', Tab to complete the name' : ''}</span>
    </div>
  );
}
