/** A sentence, or several, and the gist of it: what a headline says. */
export interface Told {
  readonly gist: string;
  readonly text: string;
}

/** @param rest how the sentence continues after its gist */
export const told = (gist: string, rest: string): Told => ({ gist, text: `${gist}${rest}` });
