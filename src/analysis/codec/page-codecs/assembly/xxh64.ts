/** XXH64 with seed 0, the checksum of a zstd frame. */
const prime1: u64 = 0x9e3779b185ebca87;
const prime2: u64 = 0xc2b2ae3d27d4eb4f;
const prime3: u64 = 0x165667b19e3779f9;
const prime4: u64 = 0x85ebca77c2b2ae63;
const prime5: u64 = 0x27d4eb2f165667c5;

function round(sum: u64, value: u64): u64 {
  return rotl<u64>(sum + value * prime2, 31) * prime1;
}

export function xxh64(from: usize, count: usize): u64 {
  const end = from + count;
  let at = from;
  let hash = prime5;
  if (count >= 32) {
    let one = prime1 + prime2;
    let two = prime2;
    let three: u64 = 0;
    let four: u64 = 0 - prime1;
    for (; at + 32 <= end; at += 32) {
      one = round(one, load<u64>(at));
      two = round(two, load<u64>(at, 8));
      three = round(three, load<u64>(at, 16));
      four = round(four, load<u64>(at, 24));
    }
    hash = rotl<u64>(one, 1) + rotl<u64>(two, 7) + rotl<u64>(three, 12) + rotl<u64>(four, 18);
    hash = (hash ^ round(0, one)) * prime1 + prime4;
    hash = (hash ^ round(0, two)) * prime1 + prime4;
    hash = (hash ^ round(0, three)) * prime1 + prime4;
    hash = (hash ^ round(0, four)) * prime1 + prime4;
  }
  hash += <u64>count;
  for (; at + 8 <= end; at += 8) hash = rotl<u64>(hash ^ round(0, load<u64>(at)), 27) * prime1 + prime4;
  if (at + 4 <= end) {
    hash = rotl<u64>(hash ^ (<u64>load<u32>(at) * prime1), 23) * prime2 + prime3;
    at += 4;
  }
  for (; at < end; at += 1) hash = rotl<u64>(hash ^ (<u64>load<u8>(at) * prime5), 11) * prime1;
  hash = (hash ^ (hash >> 33)) * prime2;
  hash = (hash ^ (hash >> 29)) * prime3;
  return hash ^ (hash >> 32);
}
