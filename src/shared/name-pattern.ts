/** A pattern for names, in time that grows with the name alone: no piece is ever tried again. */
export interface NamePattern {
  test(name: string): boolean;
}

/** `*` stands for anything, everything else for itself. */
export function namePattern(pattern: string): NamePattern {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return { test: (name) => name === first };
  const middle = rest.filter((piece) => piece !== '');
  return {
    test(name) {
      if (!name.startsWith(first)) return false;
      let at = first.length;
      // The earliest place of a piece leaves the most room for those that follow.
      for (const piece of middle) {
        const found = name.indexOf(piece, at);
        if (found === -1) return false;
        at = found + piece.length;
      }
      return name.length - at >= last.length && name.endsWith(last);
    },
  };
}
