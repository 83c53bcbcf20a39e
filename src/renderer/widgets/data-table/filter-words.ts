/** Parses filter text: words in any order, each of which must be in a row, ignoring case. */
export const filterWords = (typed: string): readonly string[] =>
  typed
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
