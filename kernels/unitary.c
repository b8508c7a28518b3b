// The unitary matrix of an EURNN (Jing et al. 2017, "Tunable Efficient Unitary Neural Networks"), and its gradients:
//   U = F_1 F_2 ... F_L D
// D = diag(e^(i omega)); a layer F turns pairs of rows (i, j), each unit in one pair at most, by
//   [ e^(i phi) cos theta   -e^(i phi) sin theta ]
//   [           sin theta              cos theta ]
// Tunable arrangement: odd layers pair (0, 1), (2, 3) ...; even ones (1, 2), (3, 4) ... (the paper's F_A and F_B).
// FFT-like arrangement of N = 2^L units: layer l pairs units N / 2^l apart, as the butterflies of a transform do.
//
// Complex numbers are real ones here: of the state [Re h | Im h], so that U is [ Re U  -Im U ; Im U  Re U ], [2 N][2 N].
#include "operations.h"
#include "elementary.h"

// The units of a layer's pair q, layers from 0 on; 0 where there is no such pair.
static int pair_of(int units, int layer, int fft, int q, int *i, int *j) {
  int distance = fft ? units >> (layer + 1) : 1;
  *i = fft ? 2 * distance * (q / distance) + q % distance : 2 * q + (layer & 1);
  *j = *i + distance;
  return *j < units;
}

// x[i] of 16 lanes, as a tree (vector.h, rule 3)
static float sum_of_lanes(vec *lanes) {
  float each[16];
  for (int q = 0; q < 16 / VL; q++) store(each + q * VL, lanes[q]);
  for (int half = 8; half; half /= 2)
    for (int i = 0; i < half; i++) each[i] += each[i + half];
  return each[0];
}

// u[2 units][ld] <- U. theta, phi: [layers][units / 2]; omega: [units]. ld is a multiple of 16, columns between 2 units and the next
// multiple become 0. waves: [layers][units / 2][4], cos and sin of theta and phi, then [units][2], of omega: kept for the way back.
void unitary_forward(int units, int layers, int fft, int ld, const float *theta, const float *phi, const float *omega,
                     float *waves, float *u) {
  int pairs = units / 2, width = whole_groups(2 * units);
  double sine, cosine;
  for (int k = 0; k < layers * pairs; k++) {
    sine_and_cosine(theta[k], &sine, &cosine);
    waves[4 * k] = (float)cosine, waves[4 * k + 1] = (float)sine;
    sine_and_cosine(phi[k], &sine, &cosine);
    waves[4 * k + 2] = (float)cosine, waves[4 * k + 3] = (float)sine;
  }
  float *diagonal = waves + 4 * layers * pairs, *im = u + units * ld;
  for (int i = 0; i < 2 * units; i++)
    for (int j = 0; j < width; j += VL) store(u + i * ld + j, (vec){0});
  for (int i = 0; i < units; i++) {
    sine_and_cosine(omega[i], &sine, &cosine);
    diagonal[2 * i] = (float)cosine, diagonal[2 * i + 1] = (float)sine;
    u[i * ld + i] = im[i * ld + units + i] = diagonal[2 * i];
    im[i * ld + i] = diagonal[2 * i + 1], u[i * ld + units + i] = -diagonal[2 * i + 1];
  }
  for (int layer = layers - 1; layer >= 0; layer--)
    for (int q = 0, i, j; q < pairs; q++) {
      if (!pair_of(units, layer, fft, q, &i, &j)) continue;
      const float *w = waves + 4 * (layer * pairs + q);
      vec ct = splat(w[0]), st = splat(w[1]), cp = splat(w[2]), sp = splat(w[3]);
      float *ri = u + i * ld, *rj = u + j * ld, *ii = im + i * ld, *ij = im + j * ld;
      for (int k = 0; k < width; k += VL) {
        vec a = load(ri + k), b = load(ii + k), c = load(rj + k), d = load(ij + k);
        vec re = ct * a - st * c, imaginary = ct * b - st * d;
        store(ri + k, cp * re - sp * imaginary);
        store(ii + k, sp * re + cp * imaginary);
        store(rj + k, st * a + ct * c);
        store(ij + k, st * b + ct * d);
      }
    }
}

// From du[2 units][ld], the gradient of U as a real matrix: those of its parameters. Layer by layer from F_1 on, u and du become
// those of what the layer was multiplied with, F^-1 being F's conjugate transpose:
//   dphi = sum Re(conj(g_i) i y_i),  t = e^(-i phi) y_i,  g_t = e^(-i phi) g_i
//   dtheta = sum Re(conj(g_j) t - conj(g_t) y_j)
//   x_i = cos t + sin y_j,  x_j = cos y_j - sin t, g alike
// where y are rows of u, g those of du. Both are overwritten. Columns from 2 units up to the next multiple of 16 are 0 in either.
void unitary_backward(int units, int layers, int fft, int ld, const float *waves, float *u, float *du, float *dtheta,
                      float *dphi, float *domega) {
  int pairs = units / 2, width = whole_groups(2 * units);
  for (int layer = 0; layer < layers; layer++)
    for (int q = 0, i, j; q < pairs; q++) {
      int at = layer * pairs + q;
      dtheta[at] = dphi[at] = 0.0f;
      if (!pair_of(units, layer, fft, q, &i, &j)) continue;
      vec ct = splat(waves[4 * at]), st = splat(waves[4 * at + 1]), cp = splat(waves[4 * at + 2]), sp = splat(waves[4 * at + 3]);
      float *y[4] = {u + i * ld, u + (units + i) * ld, u + j * ld, u + (units + j) * ld};
      float *g[4] = {du + i * ld, du + (units + i) * ld, du + j * ld, du + (units + j) * ld};
      vec phases[16 / VL], angles[16 / VL];
      for (int lane = 0; lane < 16 / VL; lane++) phases[lane] = angles[lane] = (vec){0};
      for (int k = 0, lane = 0; k < width; k += VL, lane = (lane + 1) % (16 / VL)) {
        vec yr = load(y[0] + k), yi = load(y[1] + k), gr = load(g[0] + k), gi = load(g[1] + k);
        vec yjr = load(y[2] + k), yji = load(y[3] + k), gjr = load(g[2] + k), gji = load(g[3] + k);
        phases[lane] += gi * yr - gr * yi;
        vec tr = cp * yr + sp * yi, ti = cp * yi - sp * yr, gtr = cp * gr + sp * gi, gti = cp * gi - sp * gr;
        angles[lane] += gjr * tr + gji * ti - (gtr * yjr + gti * yji);
        store(y[0] + k, ct * tr + st * yjr), store(y[1] + k, ct * ti + st * yji);
        store(y[2] + k, ct * yjr - st * tr), store(y[3] + k, ct * yji - st * ti);
        store(g[0] + k, ct * gtr + st * gjr), store(g[1] + k, ct * gti + st * gji);
        store(g[2] + k, ct * gjr - st * gtr), store(g[3] + k, ct * gji - st * gti);
      }
      dphi[at] = sum_of_lanes(phases);
      dtheta[at] = sum_of_lanes(angles);
    }
  const float *diagonal = waves + 4 * layers * pairs, *im = du + units * ld;
  for (int i = 0; i < units; i++) {
    float cosine = diagonal[2 * i], sine = diagonal[2 * i + 1];
    domega[i] = cosine * (im[i * ld + i] - du[i * ld + units + i]) - sine * (du[i * ld + i] + im[i * ld + units + i]);
  }
}
