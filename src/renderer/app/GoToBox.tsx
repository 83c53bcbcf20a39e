/** The go-to box: shows the cursor's position, accepts addresses, symbols and tasks, and shows how the input was interpreted before going there. */
import { useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import { firstPosition, infoOf } from '../state/open-dump.ts';
import { positionText, type Position } from '../state/position.ts';
import { resolveGoTo, symbolQuestion, taskQuestion, type GoToChoice } from '../state/go-to.ts';
import { useActiveCursor } from '../hooks/use-cursor.ts';
import { useGoToChoices } from '../hooks/use-go-to-choices.ts';
import { useCurrentDump, useWorkbench } from '../workbench.ts';
import { Hostile } from '../widgets/Hostile.tsx';
import { findPlace } from './find-place.ts';
import { focusActivePane, goToInputId } from './focus.ts';
import { GoToChoices, optionId } from './GoToChoices.tsx';
import './go-to-box.css';

interface Refusal {
  readonly message: string;
  readonly at?: number;
}

function Refused({ typed, refusal: { message, at } }: { readonly typed: string; readonly refusal: Refusal }) {
  return (
    <div className="go-to-answer" id="go-to-answer" role="alert" data-testid="go-to-error">
      {at === undefined || typed === '' ? null : (
        <div className="code go-to-pointer">
          <Hostile text={typed.slice(0, at)} />
          <span className="go-to-here">
            <Hostile text={typed.slice(at) === '' ? ' ' : typed.slice(at)} />
          </span>
        </div>
      )}
      <span className="tone-bad">
        <Hostile text={message} />
      </span>
    </div>
  );
}

export function GoToBox() {
  const workbench = useWorkbench();
  const { places } = workbench;
  const dump = useCurrentDump();
  const isKnown = dump !== undefined && infoOf(dump) !== undefined;
  const [typed, setTyped] = useState<string>();
  const [refusal, setRefusal] = useState<Refusal>();
  const [picked, setPicked] = useState(0);
  const position = useActiveCursor() ?? firstPosition(dump);
  const { choices, why } = useGoToChoices(dump, typed, position.space);
  const at = Math.min(picked, choices.length - 1);
  const here = isKnown ? positionText(position) : '';
  const box = useRef<HTMLInputElement>(null);
  // Moving the cursor changes the text and ends its selection: further input would be appended to it.
  useLayoutEffect(() => {
    if (document.activeElement === box.current && typed === undefined) box.current?.select();
  }, [here, typed]);

  const leave = (): void => {
    setTyped(undefined);
    setRefusal(undefined);
    setPicked(0);
  };
  const arrive = (to: Position, input: HTMLInputElement | undefined): void => {
    if (dump === undefined) return;
    places.goTo(dump.key, to);
    leave();
    input?.blur();
    // The cursor is in the bytes now, so the focus goes there too, unless the user has already returned to this box.
    requestAnimationFrame(() => {
      if (input === undefined || document.activeElement !== input) focusActivePane();
    });
  };
  const go = (input: HTMLInputElement): void => {
    if (dump === undefined) return;
    const text = input.value;
    const choice = choices[at];
    // The unchanged text is a place as well: Enter goes to its bytes.
    const shown = typed === undefined ? resolveGoTo(text, position.space, dump.triage?.cpus) : undefined;
    if (choice !== undefined) arrive(choice.position, input);
    else if (shown?.ok === true) arrive(shown.position, input);
    else if (taskQuestion(text) !== undefined) {
      // Nothing is rejected before the list has arrived.
      if (why !== undefined) setRefusal({ message: why });
    } else if (symbolQuestion(text) === undefined) {
      const found = resolveGoTo(text, position.space, dump.triage?.cpus);
      if (found.ok) arrive(found.position, input);
      else setRefusal(found);
    } else
      // Enter was pressed before the list arrived.
      findPlace(workbench, dump.key, text).then(
        (place) => {
          if (input.value === text) arrive({ ...place, length: 1 }, input);
        },
        (error: unknown) => {
          if (input.value === text) setRefusal({ message: error instanceof Error ? error.message : String(error) });
        },
      );
  };
  const keys = (event: KeyboardEvent<HTMLInputElement>): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && choices.length > 0) {
      event.preventDefault();
      setPicked((at + step + choices.length) % choices.length);
    }
    // Completes the name, so that an offset can be typed after it.
    if (event.key === 'Tab' && !event.shiftKey && choices[at] !== undefined && symbolQuestion(choices[at].title) !== undefined && choices[at].title !== typed) {
      event.preventDefault();
      setTyped(choices[at].title);
      setPicked(0);
    }
    if (event.key === 'Enter') go(event.currentTarget);
    if (event.key === 'Escape') {
      leave();
      event.currentTarget.blur();
    }
  };
  const isOpen = typed !== undefined && choices.length > 0 && refusal === undefined;
  const choose = (choice: GoToChoice): void => arrive(choice.position, undefined);
  return (
    <div className="go-to" role="search">
      <input
        ref={box}
        id={goToInputId}
        className={`go-to-input code${refusal === undefined ? '' : ' wrong'}`}
        data-testid="go-to"
        role="combobox"
        aria-label="Go to address, symbol, or task"
        aria-expanded={isOpen}
        aria-controls={isOpen ? 'go-to-choices' : undefined}
        aria-activedescendant={isOpen ? optionId(at) : undefined}
        aria-autocomplete="list"
        aria-describedby={refusal === undefined ? undefined : 'go-to-answer'}
        aria-invalid={refusal !== undefined}
        placeholder={isKnown ? 'schedule+0x10, 0x1f00, real(0):0x200, pfn:42, cpu0.psw, task:init' : ''}
        spellCheck={false}
        autoComplete="off"
        disabled={!isKnown}
        value={typed ?? here}
        onFocus={(event) => event.currentTarget.select()}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          setRefusal(undefined);
          setPicked(0);
        }}
        onBlur={leave}
        onKeyDown={keys}
      />
      <kbd className="go-to-key" aria-hidden="true">
        Ctrl G
      </kbd>
      {isOpen && dump !== undefined ? <GoToChoices dump={dump} choices={choices} picked={at} onPick={setPicked} onChoose={choose} /> : null}
      {typed === undefined || refusal === undefined ? null : <Refused typed={typed} refusal={refusal} />}
      {typed !== undefined && !isOpen && refusal === undefined && why !== undefined ? (
        <div className="go-to-answer dim" role="status">
          <Hostile text={why} />
        </div>
      ) : null}
    </div>
  );
}
