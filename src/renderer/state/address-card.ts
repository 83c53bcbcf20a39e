/**
 * The card that explains an address: shown once the pointer or the focus has rested on it, or immediately on a key press. Without DOM: the shell
 * reports what is pointed at. One query at a time; it is cancelled when the pointer leaves, and answers are kept for as long as the dump is open. A
 * shown card ends in an answer or an error, and is looked up again when more is known about the dump.
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
  /** As typed by the user: "virtual:0x3ff", "do_exit+0x10". */
  readonly text: string;
  readonly box: ScreenBox;
}

export interface AddressCard extends PointedAddress {
  /** Undefined while it is looked up; an older answer while it is looked up again. */
  readonly answer: AddressJson | undefined;
  readonly error: string | undefined;
  /** Opened by key: it takes the focus, and stays when the pointer moves. */
  readonly isHeld: boolean;
}

export interface AddressCards {
  readonly shown: Readable<AddressCard | undefined>;
  /** The pointer or the focus is on an address. */
  readonly point: (at: PointedAddress) => void;
  /** It has left; the card stays for a moment so that the pointer can move into it. */
  readonly leave: () => void;
  /** The pointer is in the card. */
  readonly stay: () => void;
  /** A key requests the card. */
  readonly hold: (at: PointedAddress) => void;
  /** Something about a dump has changed: what was unknown may be known now. */
  readonly renew: () => void;
  /** Until the pointer or the focus has left the address, the card does not come back. */
  readonly close: () => void;
}

export interface CardSource {
  /** The engine's handle of a dump, which changes each time it is opened; undefined while it is not open. */
  readonly handleOf: (dump: string) => string | undefined;
  /** Changes with everything that may lead to a better answer: an opening, a finished search. */
  readonly stageOf: (dump: string) => string;
  readonly ask: (handle: string, text: string, signal: AbortSignal) => Promise<AddressJson>;
  /** Runs a function after so many milliseconds, unless cancelled. */
  readonly after: (milliseconds: number, run: () => void) => () => void;
}

const restMilliseconds = 350;
const leaveMilliseconds = 250;
/** Answers that are kept; the oldest is dropped. */
const mostAnswers = 512;
/** How often a query is repeated that the engine gave up without being cancelled from here. */
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
        // A query cancelled from here is forgotten first: this one was cancelled elsewhere.
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
    // What could not be looked up before may be known by now.
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
