/** Where the records of a BTF blob begin: four bytes a record. */
export class PlaceColumn {
  #places = new Uint32Array(1024);
  readonly #most: number;
  length = 0;

  /** @param bytes of all records: each takes twelve at least */
  constructor(bytes: number) {
    this.#most = Math.ceil(bytes / 12) + 1;
  }

  push(place: number): void {
    if (this.length === this.#places.length) {
      const larger = new Uint32Array(Math.min(2 * this.length, Math.max(this.#most, this.length + 1)));
      larger.set(this.#places);
      this.#places = larger;
    }
    this.#places[this.length++] = place;
  }

  at(index: number): number | undefined {
    return index < this.length ? this.#places[index] : undefined;
  }
}
