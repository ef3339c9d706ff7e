// The resting potential of many membranes as a specialist would write it by hand: the limit that `population.py` measures beside.
//
// Fields of K, Na, Cl and Ca and a pump that depends on the potential; per cell thirteen numbers, one row of an array each: permeabilities
// (K, Na, Cl, Ca; 1e-8 m/s), concentrations inside and outside (K, Na, Cl, Ca; mM), and the pump's largest current (uA/cm2). One
// exponential a step serves all: e = exp(-u) is the tenth power of exp(-u/10). LANES doubles a vector, GROUPS vectors side by side.
#include <cstdint>
#include <cstring>

typedef double real __attribute__((vector_size(8 * LANES)));
typedef int64_t bits __attribute__((vector_size(8 * LANES)));
#define INLINE static inline __attribute__((always_inline))

static const double UNIT = 26.7268, PER_AREA = 0.096485;  // RT/F [mV]; F in the units of the rows

INLINE real all(double x) { return real{} + x; }
INLINE real choose(bits c, real a, real b) { return c ? a : b; }
INLINE real larger(real a, real b) { return choose(a > b, a, b); }

INLINE real exponential(real x) {
  real shifted = x * 1.4426950408889634 + 6755399441055744.0, n = shifted - 6755399441055744.0;
  real r = x - n * 0.693147180369123816490 - n * 1.90821492927058770002e-10;
  real p = r * (1. / 479001600) + (1. / 39916800);
  const double inverse[] = {1. / 3628800, 1. / 362880, 1. / 40320, 1. / 5040, 1. / 720, 1. / 120, 1. / 24, 1. / 6, 0.5, 1., 1.};
  for (double c : inverse) p = p * r + c;
  return (real)((bits)p + ((bits)shifted << 52));
}

INLINE real logarithm(real x) {
  bits b = (bits)x, e = (b - 0x3fe6a09e667f3bcdLL) >> 52;
  real m = (real)(b - (e << 52)), s = (m - 1.) / (m + 1.), z = s * s, p = z * (1. / 21) + (1. / 19);
  for (int k = 17; k > 1; k -= 2) p = p * z + 1. / k;
  return __builtin_convertvector(e, real) * 0.693147180559945309417 + (s + s) * (p * z + 1.);
}

// h(u) = u / (1 - exp(-u)) and its slope
INLINE void field(real u, real e, real &h, real &slope) {
  bits near = u * u < 1e-4;
  real i = 1. / (1. - choose(near, all(0.5), e)), full = choose(near, all(1.), u) * i, square = u * u;
  h = choose(near, 1. + 0.5 * u + square * (1. / 12) - square * square * (1. / 720), full);
  slope = choose(near, 0.5 + u * (1. / 6) - square * u * (1. / 180), (1. - full * e) * i);
}

struct Cell {
  real outward, inward, pump, calcium, inside, outside, u, low, high;

  INLINE real load(const double *row) { real x; std::memcpy(&x, row, sizeof x); return x; }

  inline __attribute__((always_inline)) void begin(const double *rows, long stride) {
    real p[13];
    for (int j = 0; j < 13; j++) p[j] = load(rows + j * stride);
    outward = p[0] * p[4] + p[1] * p[5] + p[2] * p[10];
    inward = p[0] * p[8] + p[1] * p[9] + p[2] * p[6];
    real sodium = p[5] / (p[5] + 10.), potassium = p[8] / (p[8] + 1.5);
    pump = p[12] * sodium * sodium * sodium * potassium * potassium * (1. / PER_AREA);
    calcium = 4. * p[3], inside = p[7], outside = p[11];
    u = -logarithm((outward + 3. * pump) / (inward + .9 * calcium * outside));
    low = all(-12.), high = all(12.);
  }

  inline __attribute__((always_inline)) real step() {  // Newton inside a bracket; the square of the change
    real t = exponential(-0.1 * u), t2 = t * t, t4 = t2 * t2, e = t4 * t4 * t2, e2 = e * e, h, dh;
    field(u, e, h, dh);
    real pumped = 1. + 0.1245 * t + 0.0365 * e, sum = 1. + e, both = 1. / (sum * pumped), i = both * pumped, f = both * sum;
    real q = (inside - outside * e2) * i, dq = (2. * outside * e2 + q * e) * i;
    real S = outward - inward * e + calcium * q, dS = inward * e + calcium * dq, active = pump * f;
    real F = h * S + active, dF = dh * S + h * dS + active * f * (0.01245 * t + 0.0365 * e);
    low = choose(F < 0., u, low), high = choose(F < 0., high, u);
    real next = u - F / dF;
    next = choose((next < low) | (next > high), 0.5 * (low + high), next);
    real change = next - u;
    u = next;
    return change * change;
  }
};

// Potentials [mV] of `count` cells, a multiple of LANES * GROUPS, until no step changes u by more than `tolerance`.
extern "C" void rest(long count, const double *rows, double *V, double tolerance) {
  for (long at = 0; at < count; at += LANES * GROUPS) {
    Cell cells[GROUPS];
    for (int k = 0; k < GROUPS; k++) cells[k].begin(rows + at + k * LANES, count);
    for (int turn = 0, more = 1; more && turn < 60; turn++) {
      real change = all(0.);
#pragma GCC unroll 4
      for (int k = 0; k < GROUPS; k++) change = larger(change, cells[k].step());
      more = 0;
      for (int j = 0; j < LANES; j++) more |= change[j] > tolerance * tolerance;
    }
    for (int k = 0; k < GROUPS; k++) {
      real found = cells[k].u * UNIT;
      std::memcpy(V + at + k * LANES, &found, sizeof found);
    }
  }
}
