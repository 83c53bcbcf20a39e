/** Numbers that look random and are the same for the same seed on every machine: no clock, no Math.random. */
export interface SeededRandom {
  /** 0 … 2^32 − 1 */
  u32(): number;
  /** 0 … bound − 1 */
  below(bound: number): number;
  /** High-entropy bytes. */
  bytes(length: number): Uint8Array;
}

/** xorshift128 (Marsaglia, "Xorshift RNGs", 2003), its state spread from one 32-bit seed by a multiplicative hash. */
export function seededRandom(seed: number): SeededRandom {
  let spread = seed >>> 0;
  const nextState = (): number => {
    spread = (Math.imul(spread ^ (spread >>> 16), 0x45d9f3b) + 0x9e3779b9) >>> 0;
    return spread;
  };
  let x = nextState();
  let y = nextState();
  let z = nextState();
  let w = nextState();
  const u32 = (): number => {
    const mixed = x ^ (x << 11);
    x = y;
    y = z;
    z = w;
    w = (w ^ (w >>> 19) ^ mixed ^ (mixed >>> 8)) >>> 0;
    return w;
  };
  return {
    u32,
    below: (bound) => u32() % bound,
    bytes(length) {
      const bytes = new Uint8Array(length);
      for (let index = 0; index < length; index += 1) bytes[index] = u32() >>> 24;
      return bytes;
    },
  };
}
