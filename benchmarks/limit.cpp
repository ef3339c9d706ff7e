// The resting potential of many membranes, and the steady state of many cells, as a specialist would write them by hand: the limits that
// `population.py` measures beside. LANES doubles a vector, GROUPS vectors side by side (of rest).
//
// Rest: fields of K, Na, Cl and Ca and a pump that depends on the potential; per cell thirteen numbers, one row of an array each: permeabilities
// (K, Na, Cl, Ca; 1e-8 m/s), concentrations inside and outside (K, Na, Cl, Ca; mM), and the pump's largest current (uA/cm2). One
// exponential a step serves all: e = exp(-u) is the tenth power of exp(-u/10).
//
// Steady state: fields of Na, K and Cl, that pump, KCC2 and NKCC1 by their affinity, water at once, contents that are neutral. Eight numbers a cell:
// permeabilities (Na, K, Cl; 1e-8 m/s), the pump's largest current, KCC2 and NKCC1 (uA/cm2), K outside (mM), valence of impermeants.
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

// -- the steady state ------------------------------------------------------------------------------------------------

static const double SODIUM = 145., CHLORIDE = 120., IMPERMEANT = 30., SMALL = 0.01;  // outside [mM]; the size of the row of charges

struct Homeostasis {
  real P_Na, P_K, P_Cl, pump, kcc, nkcc, K_out, z, osmoles, kcc_out, nkcc_out, x[4];

  inline __attribute__((always_inline)) void begin(const double *rows, long stride) {
    real p[8];
    for (int j = 0; j < 8; j++) std::memcpy(&p[j], rows + j * stride, sizeof p[j]);
    K_out = p[6], z = p[7], kcc = p[4], nkcc = p[5];
    P_Na = p[0] * PER_AREA, P_K = p[1] * PER_AREA, P_Cl = p[2] * PER_AREA;
    real potassium = K_out / (K_out + 1.5);
    pump = p[3] * potassium * potassium;
    osmoles = SODIUM + CHLORIDE + IMPERMEANT + K_out;
    kcc_out = logarithm(K_out * CHLORIDE), nkcc_out = logarithm(K_out * (SODIUM * CHLORIDE * CHLORIDE));
    const double start[] = {-2.6, 2.302585, 4.94164, 2.302585};  // u, and logarithms of Na, K and Cl
    for (int k = 0; k < 4; k++) x[k] = all(start[k]);
  }

  inline __attribute__((always_inline)) real step() {  // Newton, no unknown by more than one; the size of the step
    real u = x[0], t = exponential(-0.1 * u), t2 = t * t, t4 = t2 * t2, e = t4 * t4 * t2, h, dh;
    field(u, e, h, dh);
    real Na = exponential(x[1]), K = exponential(x[2]), Cl = exponential(x[3]);
    real drive_Na = Na - SODIUM * e, drive_K = K - K_out * e, drive_Cl = CHLORIDE - Cl * e;
    real g_Na = P_Na * h, g_K = P_K * h, g_Cl = P_Cl * h;
    real bound = 1. / (Na + 10.), s = Na * bound, by_V = 1. / (1. + 0.1245 * t + 0.0365 * e), I = pump * s * s * s * by_V;
    real J = kcc * (x[2] + x[3] - kcc_out), N = nkcc * (nkcc_out - x[1] - x[2] - 2. * x[3]);
    real dI = I * by_V * (0.01245 * t + 0.0365 * e), dI_Na = 30. * I * bound;
    // rows Na, charge, Cl, K; columns Na, K, Cl, u: in this order the diagonal is safe
    real A[4][5] = {
        {g_Na * Na + 3. * dI_Na + nkcc, nkcc, 2. * nkcc, P_Na * dh * drive_Na + g_Na * SODIUM * e + 3. * dI, N - g_Na * drive_Na - 3. * I},
        {SMALL * Na * (1. - z), SMALL * K * (1. - z), -SMALL * Cl * (1. + z), all(0.), -SMALL * (Na + K - Cl + z * (osmoles - Na - K - Cl))},
        {-2. * nkcc, -2. * nkcc - kcc, -g_Cl * Cl * e - 4. * nkcc - kcc, P_Cl * dh * drive_Cl + g_Cl * Cl * e, J - 2. * N - g_Cl * drive_Cl},
        {nkcc - 2. * dI_Na, g_K * K + nkcc + kcc, 2. * nkcc + kcc, P_K * dh * drive_K + g_K * K_out * e - 2. * dI, N - J + 2. * I - g_K * drive_K}};
#pragma GCC unroll 4
    for (int k = 0; k < 4; k++) {
      real pivot = 1. / A[k][k];
#pragma GCC unroll 5
      for (int j = k + 1; j < 5; j++) A[k][j] = A[k][j] * pivot;
#pragma GCC unroll 4
      for (int i = k + 1; i < 4; i++)
#pragma GCC unroll 5
        for (int j = k + 1; j < 5; j++) A[i][j] = A[i][j] - A[i][k] * A[k][j];
    }
    real d[4], size = all(0.);
#pragma GCC unroll 4
    for (int k = 3; k >= 0; k--) {
      d[k] = A[k][4];
      for (int j = k + 1; j < 4; j++) d[k] = d[k] - A[k][j] * d[j];
      size = larger(size, larger(d[k], -d[k]));
    }
    real part = choose(size > 1., 1. / size, all(1.));
    const int of[] = {1, 2, 3, 0};
    for (int k = 0; k < 4; k++) x[of[k]] = x[of[k]] + part * d[k];
    return size;
  }
};

// Unknowns of `count` cells, a multiple of LANES, until no step changes one by more than `tolerance`.
extern "C" void steady(long count, const double *rows, double *found, double tolerance) {
  for (long at = 0; at < count; at += LANES) {
    Homeostasis cell;
    cell.begin(rows + at, count);
    for (int turn = 0, more = 1; more && turn < 60; turn++) {
      real size = cell.step();
      more = 0;
      for (int j = 0; j < LANES; j++) more |= size[j] > tolerance;
    }
    for (int k = 0; k < 4; k++) std::memcpy(found + k * count + at, &cell.x[k], sizeof cell.x[k]);
  }
}
