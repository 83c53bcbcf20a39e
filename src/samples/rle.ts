export interface RleOptions {
  /** Bytes that a run has beyond its count: 1 as the kernel's driver writes, 0 as libkdumpfile does. */
  readonly more?: 0 | 1;
}

/** A page run-length encoded as in LKCD's dumps: `00 N V` is a run of V, `00 00` is one zero, any other byte is itself. */
export function rleCompress(page: Uint8Array, { more = 1 }: RleOptions = {}): Uint8Array {
  const out: number[] = [];
  for (let at = 0; at < page.length;) {
    const value = page[at] ?? 0;
    let times = 1;
    while (times < 255 + more && at + times < page.length && page[at + times] === value) times += 1;
    const isRun = times > 2 || (value === 0 && times === 2);
    if (isRun) out.push(0, times - more, value);
    else
      for (let count = 0; count < times; count += 1) {
        out.push(value);
        if (value === 0) out.push(0);
      }
    at += times;
  }
  return Uint8Array.from(out);
}
