/** What is typed into a filter: words in any order, each of which has to be in a row, whatever its case. */
export const filterWords = (typed: string): readonly string[] =>
  typed
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
