/**
 * LZMA2 (xz-file-format 1.2 section 5.3.1; the chunks and the coder are described in the LZMA SDK's lzma-specification): chunks of at most 64 KiB that unpack to
 * at most 2 MiB, on a dictionary of what came before. Every read and copy is bounded; damage is an error of its own.
 */

/** Data that are not LZMA2. */
export class LzmaDamage extends Error {}

const states = 12;
const posStates = 16;
const lengthProbabilities = 2 + posStates * 8 * 2 + 256;
/** Where the probabilities of each decision begin. */
const at = {
  isMatch: 0,
  isRep: states * posStates,
  isRepG0: states * posStates + states,
  isRepG1: states * posStates + 2 * states,
  isRepG2: states * posStates + 3 * states,
  isRep0Long: states * posStates + 4 * states,
  posSlot: 2 * states * posStates + 4 * states,
  posSpecial: 2 * states * posStates + 4 * states + 4 * 64,
  align: 2 * states * posStates + 4 * states + 4 * 64 + 128,
  length: 2 * states * posStates + 4 * states + 4 * 64 + 128 + 16,
  repLength: 2 * states * posStates + 4 * states + 4 * 64 + 128 + 16 + lengthProbabilities,
  literal: 2 * states * posStates + 4 * states + 4 * 64 + 128 + 16 + 2 * lengthProbabilities,
} as const;
const literalProbabilities = 0x300;
const half = 1024;
/** Room for output besides the dictionary, at least: two chunks of the largest size. */
const spareBytes = 1 << 22;

/**
 * Bytes of the window for a dictionary. A quarter of it is spare: what the window keeps is moved to its begin each time the spare room is used up, four bytes for
 * one that is unpacked. The system gives memory as it is written to, so that a short block takes no more than it unpacks to.
 */
export const windowBytes = (dictionaryBytes: number): number => dictionaryBytes + (dictionaryBytes >>> 2) + spareBytes;

/** Unpacks one block after the other, all in one window. */
export class Lzma2 {
  #dictionaryBytes = 0;
  #window: Buffer = Buffer.alloc(0);
  /** Bytes of the window that hold output. */
  #end = 0;
  /** Of these how many belong to the dictionary since its last reset. */
  #known = 0;
  #probabilities = new Uint16Array(0);
  #lc = 0;
  #lp = 0;
  #pb = 0;
  #state = 0;
  readonly #reps = new Uint32Array(4);
  #needsDictionary = true;
  #needsProperties = true;
  #input: Buffer = Buffer.alloc(0);
  #position = 0;
  #range = 0;
  #code = 0;

  /**
   * Begins a block: nothing of the one before can be referred to.
   * @param dictionaryBytes how far back a match can reach, at most 2 GiB
   */
  begin(dictionaryBytes: number): void {
    const wanted = windowBytes(dictionaryBytes);
    if (this.#window.length < wanted) this.#window = Buffer.allocUnsafeSlow(wanted);
    this.#dictionaryBytes = dictionaryBytes;
    this.#end = 0;
    this.#known = 0;
    this.#needsDictionary = true;
    this.#needsProperties = true;
  }

  /** Makes room for a chunk after what can still be referred to. */
  #reserve(bytes: number): void {
    if (this.#end + bytes <= this.#window.length) return;
    const kept = Math.min(this.#end, this.#dictionaryBytes);
    this.#window.copyWithin(0, this.#end - kept, this.#end);
    this.#end = kept;
  }

  #taken(from: number): Buffer {
    return Buffer.from(this.#window.subarray(from, this.#end));
  }

  /** A chunk that is stored as it is. @param control 1 with a new dictionary, 2 without */
  stored(control: number, bytes: Buffer): Buffer {
    if (control === 1) this.#reset();
    else if (this.#needsDictionary) throw new LzmaDamage('the first chunk has no new dictionary');
    this.#reserve(bytes.length);
    bytes.copy(this.#window, this.#end);
    this.#end += bytes.length;
    this.#known += bytes.length;
    return bytes;
  }

  #reset(): void {
    this.#known = 0;
    this.#needsDictionary = false;
  }

  /**
   * A compressed chunk.
   * @param control from 0x80 on: bits 5 and 6 say what is reset
   * @param properties lc, lp and pb, where the chunk has them
   */
  compressed(control: number, bytes: Buffer, unpackedBytes: number, properties: number | undefined): Buffer {
    const reset = (control >>> 5) & 3;
    if (reset === 3) this.#reset();
    else if (this.#needsDictionary) throw new LzmaDamage('the first chunk has no new dictionary');
    if (properties !== undefined) this.#setProperties(properties);
    else if (this.#needsProperties) throw new LzmaDamage('the first chunk has no properties');
    if (reset > 0) {
      this.#probabilities.fill(half);
      this.#reps.fill(0);
      this.#state = 0;
    }
    if (bytes.length < 5 || bytes[0] !== 0) throw new LzmaDamage('the range coder does not begin with 0');
    this.#reserve(unpackedBytes);
    this.#input = bytes;
    this.#position = 5;
    this.#range = 0xffff_ffff;
    this.#code = bytes.readUInt32BE(1);
    const from = this.#end;
    this.#decode(from + unpackedBytes);
    return this.#taken(from);
  }

  #setProperties(value: number): void {
    if (value >= 9 * 5 * 5) throw new LzmaDamage(`the properties are ${value}`);
    this.#lc = value % 9;
    this.#lp = Math.floor(value / 9) % 5;
    this.#pb = Math.floor(value / 45);
    if (this.#lc + this.#lp > 4) throw new LzmaDamage(`lc and lp are ${this.#lc} and ${this.#lp}`);
    const wanted = at.literal + (literalProbabilities << (this.#lc + this.#lp));
    if (this.#probabilities.length !== wanted) this.#probabilities = new Uint16Array(wanted).fill(half);
    this.#needsProperties = false;
  }

  #normalise(): void {
    if (this.#range >>> 24 !== 0) return;
    if (this.#position >= this.#input.length) throw new LzmaDamage('a chunk ends too early');
    this.#range = (this.#range << 8) >>> 0;
    this.#code = ((this.#code << 8) | (this.#input[this.#position] ?? 0)) >>> 0;
    this.#position += 1;
  }

  #bit(index: number): number {
    this.#normalise();
    const probability = this.#probabilities[index] ?? half;
    const bound = (this.#range >>> 11) * probability;
    if (this.#code < bound) {
      this.#range = bound;
      this.#probabilities[index] = probability + ((2048 - probability) >>> 5);
      return 0;
    }
    this.#range = (this.#range - bound) >>> 0;
    this.#code = (this.#code - bound) >>> 0;
    this.#probabilities[index] = probability - (probability >>> 5);
    return 1;
  }

  #tree(base: number, bits: number): number {
    let node = 1;
    for (let step = 0; step < bits; step += 1) node = (node << 1) | this.#bit(base + node);
    return node - (1 << bits);
  }

  #reverseTree(base: number, bits: number): number {
    let node = 1;
    let value = 0;
    for (let step = 0; step < bits; step += 1) {
      const bit = this.#bit(base + node);
      node = (node << 1) | bit;
      value |= bit << step;
    }
    return value;
  }

  #direct(bits: number): number {
    let value = 0;
    for (let step = 0; step < bits; step += 1) {
      this.#normalise();
      this.#range >>>= 1;
      const isOne = this.#code >= this.#range;
      if (isOne) this.#code = (this.#code - this.#range) >>> 0;
      value = value * 2 + (isOne ? 1 : 0);
    }
    return value;
  }

  #lengthAt(base: number, posState: number): number {
    if (this.#bit(base) === 0) return 2 + this.#tree(base + 2 + posState * 8, 3);
    if (this.#bit(base + 1) === 0) return 10 + this.#tree(base + 2 + (posStates + posState) * 8, 3);
    return 18 + this.#tree(base + 2 + 2 * posStates * 8, 8);
  }

  #distance(length: number): number {
    const slot = this.#tree(at.posSlot + Math.min(length - 2, 3) * 64, 6);
    if (slot < 4) return slot;
    const bits = (slot >>> 1) - 1;
    const base = (2 | (slot & 1)) * 2 ** bits;
    if (slot < 14) return base + this.#reverseTree(at.posSpecial + base - slot, bits);
    return base + this.#direct(bits - 4) * 16 + this.#reverseTree(at.align, 4);
  }

  #literal(previous: number): number {
    const place = ((this.#known & ((1 << this.#lp) - 1)) << this.#lc) + (previous >>> (8 - this.#lc));
    const base = at.literal + literalProbabilities * place;
    let symbol = 1;
    if (this.#state >= 7) {
      let match = this.#window[this.#end - (this.#reps[0] ?? 0) - 1] ?? 0;
      while (symbol < 0x100) {
        const matchBit = (match >>> 7) & 1;
        match <<= 1;
        const bit = this.#bit(base + ((1 + matchBit) << 8) + symbol);
        symbol = (symbol << 1) | bit;
        if (matchBit !== bit) break;
      }
    }
    while (symbol < 0x100) symbol = (symbol << 1) | this.#bit(base + symbol);
    return symbol & 0xff;
  }

  /** Length and distance of the next match: a new one, or one of the last four. */
  #match(posState: number): number {
    const state = this.#state;
    const reps = this.#reps;
    if (this.#bit(at.isRep + state) === 0) {
      reps.copyWithin(1, 0, 3);
      const length = this.#lengthAt(at.length, posState);
      this.#state = state < 7 ? 7 : 10;
      reps[0] = this.#distance(length);
      return length;
    }
    if (this.#bit(at.isRepG0 + state) === 0) {
      if (this.#bit(at.isRep0Long + state * posStates + posState) === 0) {
        this.#state = state < 7 ? 9 : 11;
        return 1;
      }
    } else {
      const which = this.#bit(at.isRepG1 + state) === 0 ? 1 : this.#bit(at.isRepG2 + state) === 0 ? 2 : 3;
      const distance = reps[which] ?? 0;
      reps.copyWithin(1, 0, which);
      reps[0] = distance;
    }
    const length = this.#lengthAt(at.repLength, posState);
    this.#state = state < 7 ? 8 : 11;
    return length;
  }

  #decode(limit: number): void {
    const window = this.#window;
    while (this.#end < limit) {
      const posState = this.#known & ((1 << this.#pb) - 1);
      if (this.#bit(at.isMatch + this.#state * posStates + posState) === 0) {
        window[this.#end] = this.#literal(this.#known === 0 ? 0 : (window[this.#end - 1] ?? 0));
        this.#end += 1;
        this.#known += 1;
        this.#state = this.#state < 4 ? 0 : this.#state < 10 ? this.#state - 3 : this.#state - 6;
        continue;
      }
      const length = this.#match(posState);
      const distance = (this.#reps[0] ?? 0) + 1;
      if (distance > this.#known || distance > this.#dictionaryBytes) throw new LzmaDamage(`a match reaches ${distance} bytes back, before the dictionary`);
      if (this.#end + length > limit) throw new LzmaDamage('a match goes beyond its chunk');
      for (let done = 0; done < length; done += 1) window[this.#end + done] = window[this.#end + done - distance] ?? 0;
      this.#end += length;
      this.#known += length;
    }
    this.#normalise();
    if (this.#code !== 0 || this.#position !== this.#input.length) throw new LzmaDamage('a chunk does not end where its contents do');
  }
}
