/** `*` stands for anything, everything else for itself. */
export const namePattern = (name: string): RegExp =>
  new RegExp(
    `^${name
      .split('*')
      .map((piece) => piece.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
  );
