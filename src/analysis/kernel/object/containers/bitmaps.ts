/** Sets of bits: plain bitmaps such as cpumasks, and scalable ones (include/linux/sbitmap.h), by which block devices hand out tags. */
import { failed, isFailure, type Failure } from '../../../../shared/result.ts';
import type { KernelObject } from '../kernel-object.ts';

const mostBits = 1 << 22;

/** Numbers of the bits that are set in words, the lowest first; a word counts from its least significant bit on both kinds of machine. */
function* bitsIn(word: bigint, first: number, end: number): Generator<number, void> {
  for (let bit = first, left = word; left !== 0n && bit < end; bit += 1, left >>= 1n) if ((left & 1n) === 1n) yield bit;
}

/**
 * Bits that are set in a bitmap of unsigned longs.
 * @param map the array, or what a pointer to its first word leads to
 */
export function* bitmapBits(map: KernelObject, bits: number): Generator<number | Failure, void> {
  const wordBits = map.space.pointerBytes * 8;
  if (bits > mostBits) {
    yield failed('bitmap', `${bits} bits are more than any bitmap has`);
    return;
  }
  for (let at = 0; at * wordBits < bits; at += 1) {
    const word = map.element(at).u64();
    if (isFailure(word)) yield word;
    else yield* bitsIn(word.value, at * wordBits, bits);
  }
}

/** Bits that are in use in a struct sbitmap: set in their word, and not among those that were cleared and wait to be taken back. */
export function* sbitmapBits(map: KernelObject): Generator<number | Failure, void> {
  const [depth, shift, words] = [map.at('depth').number(), map.at('shift').number(), map.at('map_nr').number()];
  if (isFailure(depth) || isFailure(shift) || isFailure(words)) {
    yield [depth, shift, words].find(isFailure) ?? failed('sbitmap', 'it has no members');
    return;
  }
  const perWord = 2 ** shift.value;
  if (depth.value > mostBits || shift.value > 6 || words.value !== Math.ceil(depth.value / perWord)) {
    yield failed('sbitmap', `${depth.value} bits do not lie in ${words.value} words of ${perWord}`, map.failure?.missing.where);
    return;
  }
  for (let at = 0; at < words.value; at += 1) {
    const one = map.pointer('map').element(at);
    const word = one.at('word').u64();
    // Since 5.0.
    const cleared = one.has('cleared') ? one.at('cleared').u64() : { value: 0n };
    if (isFailure(word)) yield word;
    else if (isFailure(cleared)) yield cleared;
    else yield* bitsIn(word.value & ~cleared.value, at * perWord, Math.min(depth.value, (at + 1) * perWord));
  }
}
