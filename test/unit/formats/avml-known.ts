/**
 * A range of 65636 bytes at 0x1000 in an AVML file, its stream as the encoder writes it that AVML itself uses (the Rust crate snap, by way of
 * cramjam 2): one compressed chunk, one that is stored as it is. Packed with gzip.
 */
import { gunzipSync } from 'node:zlib';

const packed = [
  'H4sIAAAAAAACA3MM8/VhYgACAQYwSBZgZEAG/9kYGIr9EgMKIhmC+BkMsmuiGhpYRHIy81IVDBgZNRTy0xQSFQoS01O5REUZDP1EGRiMQIQxiDABEaYgwgxEmIMICxBh6QUkDP0ukUgY',
  'kUwYk0yYkEyYkkyYkUyYk0xYkExYkkR4XWJgMTTwAkeNCcfwIdSABMM/xlE0ikbRKBpFo2gUjaJRNIpGEZURL+OH/8fqGrO9fz/6HfJt7/0amYftjPsN74UV8bunp7VHruqwiXwVJlx9',
  'qXXhDZuQUH3zdanRt5gqZ5x5LFXWF39zZr+8vdk75wpf3l/7lt160tZ3RzPX73/YwwKF3/0bI1gnHOW8E3x2lbXHzKDLQXPZ5r/aeohNeIbnJka5NUYdhnOC3KYWmvWHf7OUFfvVUfJ1',
  'Ro14jOPu3MI+/oLI44zS+sa2Ew/ILuXlXW3cWxfXb/cso2SZ1cbDkwVXpBy/fepBwsPP+zkZ0hc9Vl2gaNh+NenoCv86Pc7sKfM35K6cF8XtVtCw7bw7z7KlWjfW/F7wenulSpHyJI+G',
  'o8uWt26/3jPhyepkl6C0x3OMVX/GMWYwMJS7pfrQIxzO8EP69AAqE8fm9A8AAA==',
].join('');

export const knownAvml = (): Uint8Array => gunzipSync(Buffer.from(packed, 'base64'));
/** SHA-256 of what the range holds. */
export const knownAvmlContents = '90cf9561772d9640bc28d9f6fe5476ac5038f51d1f5ce3feafb022967643b8ed';
