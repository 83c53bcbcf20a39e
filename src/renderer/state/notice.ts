/** A sentence at the top of the window, until it is dismissed or one of its actions is chosen. */
export interface Notice {
  readonly tone: 'plain' | 'bad';
  readonly text: string;
  /** What can be done, as buttons after the text. */
  readonly actions?: readonly NoticeAction[];
}

export interface NoticeAction {
  readonly label: string;
  readonly run: () => void;
  /** The sentence stays: the user may want more than one of its actions. */
  readonly stays?: true;
}
