/** Explains the address under the pointer or the focus, wherever in the window it is shown, with links to it. */
import { useEffect, useEffectEvent, useId, useLayoutEffect, useRef } from 'react';
import type { AddressJson } from '../../shared/address-model.ts';
import { useStore } from '../hooks/use-store.ts';
import type { AddressCard as Card } from '../state/address-card.ts';
import type { Position } from '../state/position.ts';
import { Hostile } from '../widgets/Hostile.tsx';
import { explainedSelector, pointedAddress } from '../widgets/explained.ts';
import { answerPosition, answerTitle, factLinks, factTitles, mayBeCode } from '../words/address-facts.ts';
import { useWorkbench } from '../workbench.ts';
import './address-card.css';

const gap = 6;
/** At most this many unknown facts are listed; the rest are counted. */
const mostMissing = 4;

export function AddressCard() {
  const { addressCards } = useWorkbench();
  const card = useStore(addressCards.shown);
  usePointing();
  if (card === undefined) return null;
  // A focused card keeps the focus when it changes to another address.
  return <Shown key={card.isHeld ? 'held' : `${card.dump} ${card.text} ${card.box.left} ${card.box.top}`} card={card} />;
}

/** Tracks what is pointed at in the whole page: elements carry their addresses. */
function usePointing(): void {
  const { addressCards } = useWorkbench();
  useEffect(() => {
    const inCard = (target: EventTarget | null): boolean => target instanceof Element && target.closest('.address-card') !== null;
    const look = ({ target }: Event, mayPoint: boolean): void => {
      if (inCard(target)) {
        addressCards.stay();
        return;
      }
      const at = mayPoint && target instanceof Element ? pointedAddress(target.closest(explainedSelector)) : undefined;
      if (at === undefined) addressCards.leave();
      else addressCards.point(at);
    };
    const over = (event: Event): void => look(event, true);
    const focused = (event: Event): void => {
      if (inCard(event.target)) return;
      if (addressCards.shown.get()?.isHeld === true) addressCards.close();
      look(event, event.target instanceof Element && event.target.matches(':focus-visible'));
    };
    const gone = (event: Event): void => {
      if (!inCard(event.target)) addressCards.close();
    };
    // A card opened by key stays: focusing may have scrolled its address into view.
    const scrolled = (event: Event): void => {
      if (addressCards.shown.get()?.isHeld !== true) gone(event);
    };
    // After a scroll the pointer may still be on the same element; only a move shows it.
    const moved = ({ target }: Event): void => {
      const at = target instanceof Element ? pointedAddress(target.closest(explainedSelector)) : undefined;
      if (at !== undefined) addressCards.point(at);
    };
    const left = (): void => addressCards.leave();
    document.addEventListener('pointerover', over);
    document.addEventListener('pointermove', moved);
    document.addEventListener('focusin', focused);
    document.addEventListener('pointerdown', gone, { capture: true });
    document.addEventListener('scroll', scrolled, { capture: true });
    document.documentElement.addEventListener('pointerleave', left);
    return () => {
      document.removeEventListener('pointerover', over);
      document.removeEventListener('pointermove', moved);
      document.removeEventListener('focusin', focused);
      document.removeEventListener('pointerdown', gone, { capture: true });
      document.removeEventListener('scroll', scrolled, { capture: true });
      document.documentElement.removeEventListener('pointerleave', left);
    };
  }, [addressCards]);
}

function Shown({ card }: { readonly card: Card }) {
  const { addressCards } = useWorkbench();
  const id = useId();
  const place = useRef<HTMLDivElement>(null);
  const returnTo = useRef<HTMLElement | undefined>(undefined);
  const { answer, error, box, isHeld } = card;
  // Below the address, or above it if there is no room, and always within the window.
  useLayoutEffect(() => {
    const element = place.current;
    if (element === null) return;
    const { width, height } = element.getBoundingClientRect();
    const below = box.bottom + gap;
    const top = below + height <= window.innerHeight ? below : Math.max(gap, box.top - gap - height);
    element.style.left = `${Math.max(gap, Math.min(box.left, window.innerWidth - width - gap))}px`;
    element.style.top = `${Math.min(top, Math.max(gap, window.innerHeight - height - gap))}px`;
  }, [box, answer, error]);
  // The focused element is described by the card; if it was opened by key, the card has the focus, and Escape returns it.
  useEffect(() => {
    const before = document.activeElement instanceof HTMLElement ? document.activeElement : undefined;
    if (isHeld) {
      const own = place.current;
      if (own?.contains(before ?? null) !== true) returnTo.current = before;
      own?.focus();
      // Whatever took the focus from the card, such as the view that a link opens, keeps it. A card that is still shown keeps its own focus.
      return () => {
        if (addressCards.shown.get()?.isHeld === true) return;
        if (document.activeElement === document.body || own?.contains(document.activeElement) === true) returnTo.current?.focus();
      };
    }
    if (before?.matches(explainedSelector) !== true) return undefined;
    before.setAttribute('aria-describedby', id);
    return () => before.removeAttribute('aria-describedby');
  }, [id, isHeld, addressCards]);
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    addressCards.close();
  });
  useEffect(() => {
    window.addEventListener('keydown', onKey, { capture: true });
    return () => window.removeEventListener('keydown', onKey, { capture: true });
  }, []);
  return (
    <div ref={place} className="address-card" role="dialog" aria-label={`What ${card.text} is`} tabIndex={-1} data-testid="address-card">
      <div id={id} className="address-card-text" role="status">
        <p className="code address-card-title">
          <Hostile text={answer === undefined ? card.text : answerTitle(answer)} />
        </p>
        {error === undefined ? null : (
          <p className="tone-warn">
            <Hostile text={error} />
          </p>
        )}
        {answer === undefined && error === undefined ? <p className="dim">Looking it up…</p> : null}
        {answer === undefined ? null : <Facts card={card} answer={answer} />}
      </div>
      {answer === undefined ? null : <Ways card={card} answer={answer} />}
    </div>
  );
}

interface AnswerProps {
  readonly card: Card;
  readonly answer: AddressJson;
}

function Facts({ card, answer }: AnswerProps) {
  const { facts, missing } = answer;
  return (
    <>
      {facts.length === 0 ? <p>Nothing is known about it.</p> : null}
      <dl className="address-card-facts">
        {facts.map((fact, at) => (
          <div key={at}>
            <dt className="dim">{factTitles[fact.kind]}</dt>
            <dd>
              <Hostile text={fact.text} />
              {factLinks(fact).map((link) => (
                <Way key={link.text} dump={card.dump} text={link.text} position={link.position} type={link.type} />
              ))}
            </dd>
          </div>
        ))}
      </dl>
      {missing.length === 0 ? null : (
        <ul className="address-card-missing dim" aria-label="Not known">
          {missing.slice(0, mostMissing).map(({ what, why }, at) => (
            <li key={at}>
              <Hostile text={`${what}: not known, ${why}`} />
            </li>
          ))}
          {missing.length > mostMissing ? <li>and {missing.length - mostMissing} more that are not known</li> : null}
        </ul>
      )}
    </>
  );
}

function Ways({ card, answer }: AnswerProps) {
  const { addressCards, places } = useWorkbench();
  const position = answerPosition(answer);
  const go = (view: 'hex' | 'disassembly') => () => {
    addressCards.close();
    places.goTo(card.dump, view === 'hex' ? position : { ...position, length: 2 }, view);
  };
  return (
    <p className="address-card-ways">
      <button type="button" className="link" onClick={go('hex')}>
        Show in hex
      </button>
      {mayBeCode(answer) ? (
        <button type="button" className="link" onClick={go('disassembly')}>
          Disassemble
        </button>
      ) : null}
    </p>
  );
}

interface WayProps {
  readonly dump: string;
  readonly text: string;
  readonly position: Position;
  readonly type: string | undefined;
}

/** A place that a fact names; if it has a type, the type is applied there. */
function Way({ dump, text, position, type }: WayProps) {
  const { addressCards, places, laidTypes } = useWorkbench();
  return (
    <button
      type="button"
      className="link address-card-way"
      onClick={() => {
        addressCards.close();
        if (type !== undefined) laidTypes.update((old) => ({ ...old, [dump]: { type, at: position } }));
        places.goTo(dump, position);
      }}
    >
      {text}
    </button>
  );
}
