/** What finds a pattern in a piece of memory. */

export interface Match {
  /** Place in the window. */
  readonly at: number;
  readonly bytes: number;
}

export interface Matcher {
  /** Longest match in bytes: a start nearer to the end of the window waits for what comes after it. */
  readonly reach: number;
  /** Bytes before a start that decide about it. */
  readonly behind: number;
  /** False: after a match the next one starts at its end. */
  readonly overlapping: boolean;
  /** False when no match lies in zeros alone: long runs of them need no look. */
  readonly matchesZeros: boolean;
  /**
   * Matches that start in [from, to), ascending, at most `most`.
   * @param window bytes of memory without a gap
   */
  find(window: Uint8Array, from: number, to: number, most: number): readonly Match[] | Promise<readonly Match[]>;
  close(): void;
}
