// The resting potential of many membranes, and the steady state and the course over time of many cells, as a specialist would write them by
// hand: the limits that `population.py` measures beside. LANES doubles a vector, GROUPS vectors side by side (of rest); UNIT is RT/F (mV) and
// PER_AREA F in the units of the rows.
//
// Rest: fields of K, Na, Cl and Ca and a pump that depends on the potential; per cell thirteen numbers, one row of an array each: permeabilities
// (K, Na, Cl, Ca; 1e-8 m/s), concentrations inside and outside (K, Na, Cl, Ca; mM), and the pump's largest current (uA/cm2). One
// exponential a step serves all: e = exp(-u) is the tenth power of exp(-u/10).
//
// Steady state: fields of Na, K and Cl, that pump, KCC2 and NKCC1 by their affinity, water at once, contents that are neutral. Eight numbers a cell:
// permeabilities (Na, K, Cl; 1e-8 m/s), the pump's largest current, KCC2 and NKCC1 (uA/cm2), K outside (mM), valence of impermeants.
//
// Course: the same cell with water that takes its time. Nine numbers: those seven, the water's permeability (volumes per s and mM), and the
// potential to begin at (mV). States are the potential (mV), amounts of Na, K and Cl (mM of the first volume), and the volume.
#include <cstdint>
#include <cstring>

typedef double real __attribute__((vector_size(8 * LANES)));
typedef int64_t bits __attribute__((vector_size(8 * LANES)));
#define INLINE static inline __attribute__((always_inline))

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

// -- the course over time --------------------------------------------------------------------------------------------

static const int STATES = 5, GIVEN = 9, STAGES = 6, PIECES = 3;
static const double CAPACITANCE = 1e-3, PER_VOLUME = 3e-3 / PER_AREA, FIXED = 140.;  // mM/s per uA/cm2; impermeants
static const double ENDS[PIECES] = {600., 1800., 3600.}, PUMPS[PIECES] = {1., 0., 1.}, FIRST = 1e-3;
static const double BEGIN[STATES] = {-70., 10., 140., 10., 1.}, SMALLEST[STATES] = {1e-4, 1e-5, 1e-5, 1e-5, 1e-7};
static const double A[STAGES][STAGES - 1] = {  // Rodas4 of Hairer and Wanner
    {},
    {1.544},
    {0.9466785280815826, 0.2557011698983284},
    {3.314825187068521, 2.896124015972201, 0.9986419139977817},
    {1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950},
    {1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950, 1.}};
static const double C[STAGES][STAGES - 1] = {
    {},
    {-5.6688},
    {-2.430093356833875, -0.2063599157091915},
    {-0.1073529058151375, -9.594562251023355, -20.47028614809616},
    {7.496443313967647, -10.24680431464352, -33.99990352819905, 11.70890893206160},
    {8.083246795921522, -7.981132988064893, -31.52159432874371, 16.31930543123136, -6.058818238834054}};

struct Moving {
  real P_Na, P_K, P_Cl, pump, kcc, nkcc, K_out, water, osmoles, kcc_out, nkcc_out;

  void begin(const real *p) {
    P_Na = p[0] * PER_AREA, P_K = p[1] * PER_AREA, P_Cl = p[2] * PER_AREA;
    K_out = p[6], water = p[7], kcc = p[4] * PER_VOLUME, nkcc = p[5] * PER_VOLUME;
    real potassium = K_out / (K_out + 1.5);
    pump = p[3] * potassium * potassium;
    osmoles = SODIUM + CHLORIDE + IMPERMEANT + K_out;
    kcc_out = logarithm(K_out * CHLORIDE), nkcc_out = logarithm(K_out * (SODIUM * CHLORIDE * CHLORIDE));
  }

  // Rates, and where wanted their slopes.
  template <bool SLOPES>
  inline __attribute__((always_inline)) void rates(const real *y, real on, real *f, real (*J)[STATES]) const {
    real part = 1. / y[4], u = y[0] * (1. / UNIT), t = exponential(-0.1 * u), t2 = t * t, t4 = t2 * t2, e = t4 * t4 * t2, h, dh;
    field(u, e, h, dh);
    real Na = y[1] * part, K = y[2] * part, Cl = y[3] * part;
    real drive_Na = Na - SODIUM * e, drive_K = K - K_out * e, drive_Cl = CHLORIDE - Cl * e;
    real g_Na = P_Na * h, g_K = P_K * h, g_Cl = P_Cl * h, I_Na = g_Na * drive_Na, I_K = g_K * drive_K, I_Cl = g_Cl * drive_Cl;
    real bound = 1. / (Na + 10.), s = Na * bound, by_V = 1. / (1. + 0.1245 * t + 0.0365 * e), I = pump * on * s * s * s * by_V;
    real out = logarithm(K * Cl), Jk = kcc * (out - kcc_out), Jn = nkcc * (nkcc_out - out - logarithm(Na * Cl));
    real inside = (y[1] + y[2] + y[3] + FIXED) * part;
    f[0] = (I_Na + I_K + I_Cl + I) * (-1. / CAPACITANCE);
    f[1] = Jn - PER_VOLUME * (I_Na + 3. * I), f[2] = Jn - Jk - PER_VOLUME * (I_K - 2. * I), f[3] = 2. * Jn - Jk + PER_VOLUME * I_Cl;
    f[4] = water * (inside - osmoles);
    if (!SLOPES) return;
    real d_Na = (P_Na * dh * drive_Na + g_Na * SODIUM * e) * (1. / UNIT), d_K = (P_K * dh * drive_K + g_K * K_out * e) * (1. / UNIT);
    real d_Cl = (P_Cl * dh * drive_Cl + g_Cl * Cl * e) * (1. / UNIT), dI = I * by_V * (0.01245 * t + 0.0365 * e) * (1. / UNIT);
    real i_Na = 1. / Na, i_K = 1. / K, i_Cl = 1. / Cl, dI_Na = 30. * I * bound * i_Na;
    real by[4][3] = {  // slopes by concentrations of Na, K and Cl
        {(g_Na + dI_Na) * (-1. / CAPACITANCE), g_K * (-1. / CAPACITANCE), g_Cl * e * (1. / CAPACITANCE)},
        {-nkcc * i_Na - PER_VOLUME * (g_Na + 3. * dI_Na), -nkcc * i_K, -2. * nkcc * i_Cl},
        {-nkcc * i_Na + 2. * PER_VOLUME * dI_Na, -(nkcc + kcc) * i_K - PER_VOLUME * g_K, -(2. * nkcc + kcc) * i_Cl},
        {-2. * nkcc * i_Na, -(2. * nkcc + kcc) * i_K, -PER_VOLUME * g_Cl * e - (4. * nkcc + kcc) * i_Cl}};
    J[0][0] = (d_Na + d_K + d_Cl + dI) * (-1. / CAPACITANCE);
    J[1][0] = -PER_VOLUME * (d_Na + 3. * dI), J[2][0] = -PER_VOLUME * (d_K - 2. * dI), J[3][0] = PER_VOLUME * d_Cl;
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 3; j++) J[i][j + 1] = by[i][j] * part;
      J[i][4] = -(by[i][0] * Na + by[i][1] * K + by[i][2] * Cl) * part;
    }
    J[4][0] = all(0.), J[4][1] = J[4][2] = J[4][3] = water * part, J[4][4] = -water * inside * part;
  }

  // One step of h: the new state, and the mean square of its error over what it may be.
  inline __attribute__((always_inline)) real step(const real *y, real h, real on, double tolerance, real *point) const {
    real f[STATES], E[STATES][STATES], k[STAGES][STATES], inverse = 1. / h;
    rates<true>(y, on, f, E);
    for (int i = 0; i < STATES; i++)
      for (int j = 0; j < STATES; j++) E[i][j] = (i == j ? 4. * inverse : all(0.)) - E[i][j];
#pragma GCC unroll 5
    for (int n = 0; n < STATES; n++) {
      E[n][n] = 1. / E[n][n];
#pragma GCC unroll 5
      for (int i = n + 1; i < STATES; i++) {
        E[i][n] = E[i][n] * E[n][n];
#pragma GCC unroll 5
        for (int j = n + 1; j < STATES; j++) E[i][j] = E[i][j] - E[i][n] * E[n][j];
      }
    }
#pragma GCC unroll 6
    for (int s = 0; s < STAGES; s++) {
      if (s) {
        for (int i = 0; i < STATES; i++) {
          point[i] = y[i];
#pragma GCC unroll 5
          for (int j = 0; j < s; j++) point[i] = point[i] + A[s][j] * k[j][i];
        }
        rates<false>(point, on, f, nullptr);
      }
      for (int i = 0; i < STATES; i++) {
        real sum = all(0.);
#pragma GCC unroll 5
        for (int j = 0; j < s; j++) sum = sum + C[s][j] * k[j][i];
        k[s][i] = f[i] + sum * inverse;
      }
#pragma GCC unroll 5
      for (int i = 1; i < STATES; i++)
        for (int j = 0; j < i; j++) k[s][i] = k[s][i] - E[i][j] * k[s][j];
#pragma GCC unroll 5
      for (int i = STATES - 1; i >= 0; i--) {
        for (int j = i + 1; j < STATES; j++) k[s][i] = k[s][i] - E[i][j] * k[s][j];
        k[s][i] = k[s][i] * E[i][i];
      }
    }
    real size = all(0.);
    for (int i = 0; i < STATES; i++) {
      real error = k[STAGES - 1][i];
      point[i] = point[i] + error;
      real r = error / (SMALLEST[i] * 1e6 * tolerance + tolerance * larger(larger(y[i], -y[i]), larger(point[i], -point[i])));
      size = size + r * r;
    }
    return size * (1. / STATES);
  }
};

// Potentials [mV] of `count` cells at the end of each piece; the pump stands still in the second. Each lane has its own step, and takes the
// next cell when one is done.
extern "C" void course(long count, const double *rows, double *found, double tolerance) {
  real p[GIVEN], y[STATES], point[STATES], t = all(0.), end = all(1e30), h = all(FIRST), on = all(1.);
  long next = 0, cell[LANES], active = 0;
  int piece[LANES];
  Moving moving;
  auto take = [&](int lane) {
    bool some = next < count;
    long from = some ? next : 0;
    cell[lane] = some ? next++ : -1, piece[lane] = 0;
    for (int j = 0; j < GIVEN; j++) p[j][lane] = rows[j * count + from];
    for (int i = 0; i < STATES; i++) y[i][lane] = i ? BEGIN[i] : p[GIVEN - 1][lane];
    t[lane] = 0., h[lane] = FIRST, on[lane] = PUMPS[0], end[lane] = some ? ENDS[0] : 1e30;
    active += some;
  };
  for (int lane = 0; lane < LANES; lane++) take(lane);
  moving.begin(p);
  while (active) {
    real left = end - t, wish = choose(h < left, h, left);
    wish = choose((h >= 0.5 * left) & (h < left), 0.5 * left, wish);
    real size = moving.step(y, wish, on, tolerance, point);
    size = choose(size < 1e8, larger(size, all(1e-10)), all(1e8));
    bits good = size <= 1., through = good & (wish >= left);
    real factor = 0.9 * exponential(-0.125 * logarithm(size));
    factor = choose(factor > 6., all(6.), larger(factor, all(0.2)));
    for (int i = 0; i < STATES; i++) y[i] = choose(good, point[i], y[i]);
    t = choose(good, choose(through, end, t + wish), t), h = wish * factor;
    bool taken = false;
    for (int lane = 0; lane < LANES; lane++) {
      if (!through[lane] || cell[lane] < 0) continue;
      found[piece[lane] * count + cell[lane]] = y[0][lane];
      if (++piece[lane] < PIECES) {
        end[lane] = ENDS[piece[lane]], on[lane] = PUMPS[piece[lane]], h[lane] = FIRST;
      } else {
        active--, take(lane), taken = true;
      }
    }
    if (taken) moving.begin(p);
  }
}
