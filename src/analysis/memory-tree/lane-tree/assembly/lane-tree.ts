/**
 * Leaves of absent pages and the nodes above leaves in AssemblyScript: SHA-256 (FIPS 180-4) of four messages at once, one in
 * each 32-bit lane of a vector. Same digests as integrity/digest.ts, which is the definition; tests hold both against each other.
 *
 * Both messages leave little to do for the schedule. An absent leaf is one block, constant but for the address. A node is
 * 65 bytes: of its second block only the first byte varies, so the schedules of all 256 are made once.
 */

const vectorBytes: usize = 16;
const rounds: usize = 64;
const digestBytes: usize = 32;
/** Leaves of a tree at most. */
export const mostLeaves: i32 = 4096;

// Places in memory.
/** Round constants in all four lanes. */
const constantsAt: usize = 1024;
/** The message schedule of four blocks, then the same with the round constants added. */
const scheduleAt: usize = 2048;
const addedAt: usize = 3072;
/** Eight vectors: the chaining value of four messages. */
const stateAt: usize = 4096;
/** For each value of a node's last byte: 64 words of schedule with round constants added. */
const tailsAt: usize = 65536;
/** Digests as bytes. Before them a byte that is read and not used, behind them room for lanes that nobody asked for. */
export const digestsAt: usize = 131328;

const k: usize = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74,
  0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d,
  0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e,
  0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5,
  0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);

function add(a: v128, b: v128): v128 {
  return i32x4.add(a, b);
}

function xor(a: v128, b: v128): v128 {
  return v128.xor(a, b);
}

function rotated(x: v128, by: i32): v128 {
  return v128.or(i32x4.shr_u(x, by), i32x4.shl(x, 32 - by));
}

function bigSigma0(x: v128): v128 {
  return xor(xor(rotated(x, 2), rotated(x, 13)), rotated(x, 22));
}

function bigSigma1(x: v128): v128 {
  return xor(xor(rotated(x, 6), rotated(x, 11)), rotated(x, 25));
}

function smallSigma0(x: v128): v128 {
  return xor(xor(rotated(x, 7), rotated(x, 18)), i32x4.shr_u(x, 3));
}

function smallSigma1(x: v128): v128 {
  return xor(xor(rotated(x, 17), rotated(x, 19)), i32x4.shr_u(x, 10));
}

function choice(e: v128, f: v128, g: v128): v128 {
  return xor(g, v128.and(e, xor(f, g)));
}

function majority(a: v128, b: v128, c: v128): v128 {
  return xor(b, v128.and(xor(a, b), xor(b, c)));
}

function word(at: usize, index: usize): v128 {
  return v128.load(at + index * vectorBytes);
}

/** Words 16 to 63 of the schedule from the first 16, and all of them with the round constants. */
function expand(): void {
  for (let t: usize = 0; t < 16; t += 1) v128.store(addedAt + t * vectorBytes, add(word(scheduleAt, t), word(constantsAt, t)));
  for (let t: usize = 16; t < rounds; t += 1) {
    const next = add(add(smallSigma1(word(scheduleAt, t - 2)), word(scheduleAt, t - 7)), add(smallSigma0(word(scheduleAt, t - 15)), word(scheduleAt, t - 16)));
    v128.store(scheduleAt + t * vectorBytes, next);
    v128.store(addedAt + t * vectorBytes, add(next, word(constantsAt, t)));
  }
}

/** One block of four messages: the state goes on by what lies in `addedAt`. */
function compress(): void {
  let a = word(stateAt, 0);
  let b = word(stateAt, 1);
  let c = word(stateAt, 2);
  let d = word(stateAt, 3);
  let e = word(stateAt, 4);
  let f = word(stateAt, 5);
  let g = word(stateAt, 6);
  let h = word(stateAt, 7);
  // Eight rounds a turn: the letters stay where they are and no value has to move.
  for (let at = addedAt; at < addedAt + rounds * vectorBytes; at += 8 * vectorBytes) {
    let t = add(add(add(h, word(at, 0)), choice(e, f, g)), bigSigma1(e));
    d = add(d, t);
    h = add(t, add(majority(a, b, c), bigSigma0(a)));
    t = add(add(add(g, word(at, 1)), choice(d, e, f)), bigSigma1(d));
    c = add(c, t);
    g = add(t, add(majority(h, a, b), bigSigma0(h)));
    t = add(add(add(f, word(at, 2)), choice(c, d, e)), bigSigma1(c));
    b = add(b, t);
    f = add(t, add(majority(g, h, a), bigSigma0(g)));
    t = add(add(add(e, word(at, 3)), choice(b, c, d)), bigSigma1(b));
    a = add(a, t);
    e = add(t, add(majority(f, g, h), bigSigma0(f)));
    t = add(add(add(d, word(at, 4)), choice(a, b, c)), bigSigma1(a));
    h = add(h, t);
    d = add(t, add(majority(e, f, g), bigSigma0(e)));
    t = add(add(add(c, word(at, 5)), choice(h, a, b)), bigSigma1(h));
    g = add(g, t);
    c = add(t, add(majority(d, e, f), bigSigma0(d)));
    t = add(add(add(b, word(at, 6)), choice(g, h, a)), bigSigma1(g));
    f = add(f, t);
    b = add(t, add(majority(c, d, e), bigSigma0(c)));
    t = add(add(add(a, word(at, 7)), choice(f, g, h)), bigSigma1(f));
    e = add(e, t);
    a = add(t, add(majority(b, c, d), bigSigma0(b)));
  }
  v128.store(stateAt, add(a, word(stateAt, 0)));
  v128.store(stateAt + vectorBytes, add(b, word(stateAt, 1)));
  v128.store(stateAt + 2 * vectorBytes, add(c, word(stateAt, 2)));
  v128.store(stateAt + 3 * vectorBytes, add(d, word(stateAt, 3)));
  v128.store(stateAt + 4 * vectorBytes, add(e, word(stateAt, 4)));
  v128.store(stateAt + 5 * vectorBytes, add(f, word(stateAt, 5)));
  v128.store(stateAt + 6 * vectorBytes, add(g, word(stateAt, 6)));
  v128.store(stateAt + 7 * vectorBytes, add(h, word(stateAt, 7)));
}

/** The initial hash value in all lanes. */
function begin(): void {
  v128.store(stateAt, i32x4.splat(0x6a09e667));
  v128.store(stateAt + vectorBytes, i32x4.splat(0xbb67ae85));
  v128.store(stateAt + 2 * vectorBytes, i32x4.splat(0x3c6ef372));
  v128.store(stateAt + 3 * vectorBytes, i32x4.splat(0xa54ff53a));
  v128.store(stateAt + 4 * vectorBytes, i32x4.splat(0x510e527f));
  v128.store(stateAt + 5 * vectorBytes, i32x4.splat(0x9b05688c));
  v128.store(stateAt + 6 * vectorBytes, i32x4.splat(0x1f83d9ab));
  v128.store(stateAt + 7 * vectorBytes, i32x4.splat(0x5be0cd19));
}

function bytesTurned(x: v128): v128 {
  return v128.shuffle<u8>(x, x, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
}

/** Four vectors as rows of a square, `fromStep` bytes apart, become its columns, `toStep` bytes apart. */
function transpose(a: v128, b: v128, c: v128, d: v128, to: usize, toStep: usize): void {
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const abHigh = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cdHigh = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(ab, cd, 0, 2));
  v128.store(to + toStep, v128.shuffle<i64>(ab, cd, 1, 3));
  v128.store(to + 2 * toStep, v128.shuffle<i64>(abHigh, cdHigh, 0, 2));
  v128.store(to + 3 * toStep, v128.shuffle<i64>(abHigh, cdHigh, 1, 3));
}

/** The digests of all lanes, one after the other. */
function put(to: usize): void {
  for (let half: usize = 0; half < 8; half += 4) {
    transpose(
      bytesTurned(word(stateAt, half)),
      bytesTurned(word(stateAt, half + 1)),
      bytesTurned(word(stateAt, half + 2)),
      bytesTurned(word(stateAt, half + 3)),
      to + half * 4,
      digestBytes,
    );
  }
}

/** Makes the tables; once, before anything else. */
export function prepare(): void {
  for (let t: usize = 0; t < rounds; t += 1) v128.store(constantsAt + t * vectorBytes, i32x4.splat(load<u32>(k + t * 4)));
  // Behind a node's last byte: the end mark, and 520 bits in all.
  for (let t: usize = 1; t < 15; t += 1) v128.store(scheduleAt + t * vectorBytes, i32x4.splat(0));
  v128.store(scheduleAt + 15 * vectorBytes, i32x4.splat(520));
  for (let last: u32 = 0; last < 256; last += 1) {
    v128.store(scheduleAt, i32x4.splat((last << 24) | 0x800000));
    expand();
    for (let t: usize = 0; t < rounds; t += 1) store<u32>(tailsAt + <usize>last * rounds * 4 + t * 4, load<u32>(addedAt + t * vectorBytes));
  }
}

/**
 * Leaves of absent pages, SHA-256(0x02 | u64be address), into the first places of `digestsAt`.
 * @param firstPfn an integer below 2^52
 */
export function absentLeaves(firstPfn: f64, count: i32): void {
  v128.store(scheduleAt + 2 * vectorBytes, i32x4.splat(0x800000));
  for (let group: i32 = 0; group < count; group += 4) {
    for (let lane: i32 = 0; lane < 4; lane += 1) {
      const pfn = <u64>firstPfn + <u64>(group + lane);
      store<u32>(scheduleAt + <usize>lane * 4, 0x02000000 | ((<u32>(pfn >> 28)) & 0xffffff));
      store<u32>(scheduleAt + vectorBytes + <usize>lane * 4, <u32>(pfn << 4));
    }
    for (let t: usize = 3; t < 15; t += 1) v128.store(scheduleAt + t * vectorBytes, i32x4.splat(0));
    v128.store(scheduleAt + 15 * vectorBytes, i32x4.splat(72));
    begin();
    expand();
    compress();
    put(digestsAt + <usize>group * digestBytes);
  }
}

/** The four nodes above eight digests. */
function nodes(from: usize, to: usize): void {
  // The first byte is 0x01, so that words lie one byte before those of the digests.
  for (let quarter: usize = 0; quarter < 4; quarter += 1) {
    const at = from + quarter * vectorBytes - 1;
    transpose(
      bytesTurned(v128.load(at)),
      bytesTurned(v128.load(at + 2 * digestBytes)),
      bytesTurned(v128.load(at + 4 * digestBytes)),
      bytesTurned(v128.load(at + 6 * digestBytes)),
      scheduleAt + 4 * quarter * vectorBytes,
      vectorBytes,
    );
  }
  v128.store(scheduleAt, v128.or(v128.and(word(scheduleAt, 0), i32x4.splat(0xffffff)), i32x4.splat(0x1000000)));
  begin();
  expand();
  compress();
  const a = tailsAt + <usize>load<u8>(from + 2 * digestBytes - 1) * rounds * 4;
  const b = tailsAt + <usize>load<u8>(from + 4 * digestBytes - 1) * rounds * 4;
  const c = tailsAt + <usize>load<u8>(from + 6 * digestBytes - 1) * rounds * 4;
  const d = tailsAt + <usize>load<u8>(from + 8 * digestBytes - 1) * rounds * 4;
  for (let t: usize = 0; t < rounds * 4; t += vectorBytes) {
    transpose(v128.load(a + t), v128.load(b + t), v128.load(c + t), v128.load(d + t), addedAt + t * 4, vectorBytes);
  }
  compress();
  put(to);
}

/** Root over the first `count` of the digests, at least one; it is then the first of them, and the others are lost. */
export function root(count: i32): void {
  for (let width = count; width > 1;) {
    const pairs = width >> 1;
    const odd = width & 1;
    // An odd last one goes up as it is. It is taken before lanes that nobody asked for write over it.
    const last = digestsAt + <usize>(width - 1) * digestBytes;
    const low = v128.load(last);
    const high = v128.load(last + vectorBytes);
    for (let pair: i32 = 0; pair < pairs; pair += 4) nodes(digestsAt + <usize>pair * 2 * digestBytes, digestsAt + <usize>pair * digestBytes);
    if (odd === 1) {
      v128.store(digestsAt + <usize>pairs * digestBytes, low);
      v128.store(digestsAt + <usize>pairs * digestBytes + vectorBytes, high);
    }
    width = pairs + odd;
  }
}
