/** Pages in a row of a block that have bytes, as places in the block, half open. */
export function* presentRuns(fates: Uint8Array, presentCode: number): Generator<{ readonly start: number; readonly end: number }, undefined> {
  for (let page = 0; page < fates.length;) {
    if (fates[page] !== presentCode) {
      page += 1;
      continue;
    }
    const start = page;
    while (page < fates.length && fates[page] === presentCode) page += 1;
    yield { start, end: page };
  }
  return undefined;
}
