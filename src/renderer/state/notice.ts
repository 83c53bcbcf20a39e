/** A sentence at the top of the window, until it is dismissed. */
export interface Notice {
  readonly tone: 'plain' | 'bad';
  readonly text: string;
}
