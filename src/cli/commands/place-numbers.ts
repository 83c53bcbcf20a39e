/** Numbers of places in a fleet's catalogue, as words of a command. */
import { UsageError } from '../io.ts';

export const placeNumbers = (action: string, words: readonly string[]): readonly number[] =>
  words.map((text) => {
    if (!/^\d{1,15}$/.test(text)) throw new UsageError(`fleet ${action}: "${text}" is not the number of a place; "fleet status" and "fleet query" show them`);
    return Number(text);
  });
