/** Matches actions to typed letters: all letters in order, preferably at the starts of words. */

interface Titled {
  readonly title: string;
}

/** Lower is better; undefined if the letters do not occur in this order. */
export function matchScore(title: string, typed: string): number | undefined {
  const text = title.toLowerCase();
  let score = 0;
  let from = 0;
  for (const letter of typed.toLowerCase().replaceAll(' ', '')) {
    const at = text.indexOf(letter, from);
    if (at === -1) return undefined;
    const startsWord = at === 0 || /\W/.test(text.charAt(at - 1));
    score += at === from && from > 0 ? 0 : startsWord ? 1 : 3 + (at - from);
    from = at + 1;
  }
  return score;
}

export function matchActions<T extends Titled>(actions: readonly T[], typed: string): readonly T[] {
  return actions
    .flatMap((action) => {
      const score = matchScore(action.title, typed);
      return score === undefined ? [] : [{ action, score }];
    })
    .sort((left, right) => left.score - right.score)
    .map(({ action }) => action);
}
