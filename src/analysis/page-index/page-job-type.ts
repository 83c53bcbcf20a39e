/** What a page job does, however it is made. */

export interface PageJob {
  readonly kind: 'wasm' | 'js';
  /** Room for the pages of one call; bytes that are read straight in here need no copy. */
  readonly bytes: Uint8Array;
  /**
   * @param bytes n * 4096 bytes at a 4-byte boundary of their buffer; pages that are not stored may hold anything
   * @param states n state codes as `MemoryImage.readPages` gives them
   * @param fingerprints receives 2 n words: low and high half of each page, 0 for pages without bytes
   * @param meta receives n bytes, see `metaByte`
   * @param sums receives n words where asked for: csum_partial of each page with seed 0, 0 for pages without bytes
   * @returns how many of the pages were stored
   */
  run(bytes: Uint8Array, states: Uint8Array, fingerprints: Int32Array, meta: Uint8Array, sums?: Int32Array): number;
}
