/**
 * The card that explains an address: shown once a pointer or the focus has rested on it, or at once when a key asks for it. Without DOM: the
 * shell says what is pointed at. One question at a time; it is cancelled when the pointer leaves, and answers are kept for as long as the dump is open.
 * A card that is shown ends in an answer or an error, and is asked for anew when more is known of the dump.
 */
import type { AddressJson } from '../../shared/address-model.ts';
import { Cancelled } from '../../shared/rpc.ts';
import { createStore, type Readable } from './store.ts';

/** Where something is on the screen, in CSS pixels. */
export interface ScreenBox {
  readonly left: number;
  readonly top: number;
  readonly bottom: number;
}

/** An address somewhere in the window. */
export interface PointedAddress {
  /** Key of the dump. */
  readonly dump: string;
  /** As a person would type it: "virtual:0x3ff", "do_exit+0x10". */
  readonly text: string;
  readonly box: ScreenBox;
}

export interface AddressCard extends PointedAddress {
  /** Undefined while it is looked up; an older answer while it is looked up again. */
  readonly answer: AddressJson | undefined;
  readonly error: string | undefined;
  /** A key asked for it: it takes the focus, and stays when the pointer moves. */
  readonly isHeld: boolean;
}

export interface AddressCards {
  readonly shown: Readable<AddressCard | undefined>;
  /** The pointer or the focus is on an address. */
  readonly point: (at: PointedAddress) => void;
  /** It has left; the card stays for a moment, in which the pointer can go into it. */
  readonly leave: () => void;
  /** The pointer is in the card. */
  readonly stay: () => void;
  /** A key asks for it. */
  readonly hold: (at: PointedAddress) => void;
  /** Something of a dump has changed: what the card could not say before it may say now. */
  readonly renew: () => void;
  /** Until the pointer or the focus has left the address, it does not bring the card back. */
  readonly close: () => void;
}

export interface CardSource {
  /** The engine's name of a dump, which is another one after each opening; undefined while it is not open. */
  readonly handleOf: (dump: string) => string | undefined;
  /** Changes with all that a better answer may rest on: an opening, a search that has ended. */
  readonly stageOf: (dump: string) => string;
  readonly ask: (handle: string, text: string, signal: AbortSignal) => Promise<AddressJson>;
  /** Runs it after so many milliseconds, unless it is called off. */
  readonly after: (milliseconds: number, run: () => void) => () => void;
}

const restMilliseconds = 350;
const leaveMilliseconds = 250;
/** Answers that are kept; the oldest goes. */
const mostAnswers = 512;
/** A question that the engine gave up although nobody called it off is asked again so often. */
const mostTries = 3;

export function createAddressCards({ handleOf, stageOf, ask, after }: CardSource): AddressCards {
  const shown = createStore<AddressCard | undefined>(undefined);
  const answers = new Map<string, AddressJson>();
  let pointed: PointedAddress | undefined;
  let callOff: () => void = () => undefined;
  let asked: AbortController | undefined;
  let stage = '';
  let dismissed: PointedAddress | undefined;

  const quiet = (): void => {
    callOff();
    callOff = () => undefined;
  };
  const drop = (): void => {
    asked?.abort();
    asked = undefined;
  };
  const close = (): void => {
    quiet();
    drop();
    dismissed = shown.get();
    pointed = undefined;
    if (shown.get() !== undefined) shown.set(undefined);
  };
  const keep = (key: string, answer: AddressJson): void => {
    answers.delete(key);
    answers.set(key, answer);
    const [oldest] = answers.keys();
    if (answers.size > mostAnswers && oldest !== undefined) answers.delete(oldest);
  };
  const question = (handle: string, at: PointedAddress, key: string, tries: number): void => {
    const own = new AbortController();
    asked = own;
    ask(handle, at.text, own.signal).then(
      (answer) => {
        if (asked !== own) return;
        keep(key, answer);
        shown.update((now) => (now === undefined ? now : { ...now, answer, error: undefined }));
      },
      (failure: unknown) => {
        if (asked !== own) return;
        // Whoever calls a question off forgets it first: this one was given up elsewhere.
        if (failure instanceof Cancelled && tries > 1) question(handle, at, key, tries - 1);
        else shown.update((now) => (now === undefined ? now : { ...now, error: failure instanceof Error ? failure.message : String(failure) }));
      },
    );
  };
  const look = (at: PointedAddress, isHeld: boolean): void => {
    drop();
    stage = stageOf(at.dump);
    const handle = handleOf(at.dump);
    const key = `${handle ?? ''} ${at.text}`;
    const known = answers.get(key);
    const error = handle === undefined ? 'the dump is being opened' : undefined;
    shown.set({ ...at, isHeld, answer: known, error });
    // What could not be looked at before may be known by now.
    if (handle !== undefined && known?.missing.length !== 0) question(handle, at, key, mostTries);
  };
  const show = (at: PointedAddress, isHeld: boolean): void => {
    quiet();
    pointed = at;
    look(at, isHeld);
  };
  const isOn = (at: PointedAddress): boolean =>
    pointed?.dump === at.dump && pointed.text === at.text && pointed.box.left === at.box.left && pointed.box.top === at.box.top;

  return {
    shown,
    point(at) {
      const now = shown.get();
      if (now?.isHeld === true) return;
      if (isOn(at)) {
        if (now !== undefined) quiet();
        return;
      }
      quiet();
      pointed = at;
      if (dismissed?.dump === at.dump && dismissed.text === at.text) return;
      dismissed = undefined;
      callOff = after(restMilliseconds, () => show(at, false));
    },
    leave() {
      const now = shown.get();
      if (now?.isHeld === true) return;
      quiet();
      dismissed = undefined;
      if (now === undefined) pointed = undefined;
      else callOff = after(leaveMilliseconds, close);
    },
    stay: quiet,
    hold: (at) => show(at, true),
    renew() {
      const now = shown.get();
      if (now !== undefined && stageOf(now.dump) !== stage) look(now, now.isHeld);
    },
    close,
  };
}
