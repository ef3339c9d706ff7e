// SHA-256 of a text, at once and on the page itself: the browser's own answers later, and not for a file from a disk.

const PRIMES = [];
for (let n = 2; PRIMES.length < 64; n += 1) if (PRIMES.every((p) => n % p)) PRIMES.push(n);

/** The first 32 bits behind the point. */
const fraction = (x) => ((x % 1) * 2 ** 32) | 0;
const ROUNDS = PRIMES.map((p) => fraction(Math.cbrt(p)));
const BEGIN = PRIMES.slice(0, 8).map((p) => fraction(Math.sqrt(p)));
const turned = (x, n) => (x >>> n) | (x << (32 - n));

/** The 64 hexadecimal digits of the SHA-256 of a text in UTF-8 (FIPS 180-4). */
export function sha256(text) {
  const bytes = new TextEncoder().encode(text);
  const padded = new DataView(new ArrayBuffer(64 * Math.ceil((bytes.length + 9) / 64)));
  bytes.forEach((byte, k) => padded.setUint8(k, byte));
  padded.setUint8(bytes.length, 0x80);
  padded.setBigUint64(padded.byteLength - 8, BigInt(8 * bytes.length));
  const hash = [...BEGIN];
  for (let at = 0; at < padded.byteLength; at += 64) addBlock(hash, padded, at);
  return hash.map((x) => (x >>> 0).toString(16).padStart(8, '0')).join('');
}

function addBlock(hash, padded, at) {
  const w = ROUNDS.map((_, k) => (k < 16 ? padded.getInt32(at + 4 * k) : 0));
  for (let k = 16; k < 64; k += 1) {
    const [x, y] = [w[k - 15], w[k - 2]];
    const first = turned(x, 7) ^ turned(x, 18) ^ (x >>> 3);
    const second = turned(y, 17) ^ turned(y, 19) ^ (y >>> 10);
    w[k] = (w[k - 16] + first + w[k - 7] + second) | 0;
  }
  let [a, b, c, d, e, f, g, h] = hash;
  for (let k = 0; k < 64; k += 1) {
    const high = (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g));
    const low = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    const sum = (h + high + ROUNDS[k] + w[k]) | 0;
    [a, b, c, d, e, f, g, h] = [(sum + low) | 0, a, b, c, (d + sum) | 0, e, f, g];
  }
  [a, b, c, d, e, f, g, h].forEach((x, k) => (hash[k] = (hash[k] + x) | 0));
}
