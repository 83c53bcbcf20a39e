/** The go-to box: shows where the cursor is, takes any address of shared/address-expression.ts. */
import { useState, type KeyboardEvent } from 'react';
import { infoOf } from '../state/open-dump.ts';
import { positionText, type Position } from '../state/position.ts';
import { resolveGoTo, type GoTo } from '../state/go-to.ts';
import { useActiveCursor } from '../hooks/use-cursor.ts';
import { useCurrentDump, useWorkbench } from '../workbench.ts';
import { Hostile } from '../widgets/Hostile.tsx';
import { focusActivePane, goToInputId } from './focus.ts';
import './go-to-box.css';

/** What stands under the box while it is typed into. */
function Answer({ typed, answer }: { readonly typed: string; readonly answer: GoTo }) {
  if (!answer.ok) {
    return (
      <div className="go-to-answer" id="go-to-answer" role="alert" data-testid="go-to-error">
        {answer.at === undefined || typed === '' ? null : (
          <div className="code go-to-pointer">
            <Hostile text={typed.slice(0, answer.at)} />
            <span className="go-to-here">
              <Hostile text={typed.slice(answer.at) === '' ? ' ' : typed.slice(answer.at)} />
            </span>
          </div>
        )}
        <span className="tone-bad">
          <Hostile text={answer.message} />
        </span>
      </div>
    );
  }
  return (
    <div className="go-to-answer" id="go-to-answer" role="status">
      <span className="dim">Enter goes to </span>
      <span className="code">{positionText(answer.position)}</span>
    </div>
  );
}

const start: Position = { space: 'absolute', address: 0n, length: 1 };

export function GoToBox() {
  const { places } = useWorkbench();
  const dump = useCurrentDump();
  const isKnown = dump !== undefined && infoOf(dump) !== undefined;
  const [typed, setTyped] = useState<string>();
  const [refused, setRefused] = useState(false);
  const position = useActiveCursor() ?? start;
  const answer = typed === undefined || typed.trim() === '' ? undefined : resolveGoTo(typed, position.space, dump?.triage?.cpus);
  // Half-typed words are no mistake yet: an error shows when Enter was pressed.
  const shown = answer !== undefined && (answer.ok ? answer.named : refused) ? answer : undefined;

  const go = (input: HTMLInputElement): void => {
    if (dump === undefined) return;
    // What stands there unchanged is a place as well: Enter goes to its bytes.
    const wanted = answer ?? (typed === undefined ? resolveGoTo(input.value, position.space, dump.triage?.cpus) : undefined);
    if (wanted === undefined) return;
    if (!wanted.ok) {
      setRefused(true);
      return;
    }
    places.goTo(dump.key, wanted.position);
    setTyped(undefined);
    setRefused(false);
    input.blur();
    // The cursor is in the bytes now, and so are the keys.
    requestAnimationFrame(focusActivePane);
  };
  const keys = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === 'Enter') go(event.currentTarget);
    if (event.key === 'Escape') {
      setTyped(undefined);
      setRefused(false);
      event.currentTarget.blur();
    }
  };
  return (
    <div className="go-to" role="search">
      <input
        id={goToInputId}
        className={`go-to-input code${refused && answer?.ok === false ? ' wrong' : ''}`}
        data-testid="go-to"
        aria-label="Go to address"
        aria-describedby={shown === undefined ? undefined : 'go-to-answer'}
        aria-invalid={refused && answer?.ok === false}
        placeholder={isKnown ? '0x1f00, real(0):0x200, pfn:42, cpu0.psw, file:0' : ''}
        spellCheck={false}
        autoComplete="off"
        disabled={!isKnown}
        value={typed ?? (isKnown ? positionText(position) : '')}
        onFocus={(event) => event.currentTarget.select()}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          setRefused(false);
        }}
        onBlur={() => {
          setTyped(undefined);
          setRefused(false);
        }}
        onKeyDown={keys}
      />
      <kbd className="go-to-key" aria-hidden="true">
        Ctrl G
      </kbd>
      {typed === undefined || shown === undefined ? null : <Answer typed={typed} answer={shown} />}
    </div>
  );
}
