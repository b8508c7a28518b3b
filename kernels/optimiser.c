// Optimisers over one flat vector of parameters, with decoupled weight decay (Loshchilov & Hutter 2019):
//   p <- p - rate weight_decay decay p,  then p <- p - rate step
// decay[n]: 1 where weight decay applies, 0 elsewhere; 0 for none at all.
// support[n]: nonzero where a parameter may live; elsewhere the parameter and the optimiser's memory of it become 0.
// Vectors reach to a multiple of 16 floats, as in reduce.c.
#include "operations.h"
#include "vector.h"

INLINE vec keep(ivec mask, vec v) { return (vec)(mask & (ivec)v); }

INLINE vec decayed(vec p, const float *decay, int i, vec amount) {
  return decay ? p - amount * load(decay + i) * p : p;
}

INLINE ivec supported(const float *support, int i) { return support ? load(support + i) != (vec){0} : ~(ivec){0}; }

// Adam (Kingma & Ba 2015): m <- b1 m + (1 - b1) g,  v <- b2 v + (1 - b2) g^2,
//   step = (m / correction1) / (sqrt(v / correction2) + epsilon)
// settings: rate, weight_decay, b1, b2, epsilon, correction1 = 1 - b1^t, correction2 = 1 - b2^t.
void adam(int n, float *parameters, const float *gradient, float *m, float *v, const float *decay, const float *support,
          const float *settings) {
  const vec rate = splat(settings[0]), amount = splat(settings[0] * settings[1]);
  const vec b1 = splat(settings[2]), b2 = splat(settings[3]), epsilon = splat(settings[4]);
  const vec rest1 = splat(1.0f - settings[2]), rest2 = splat(1.0f - settings[3]);
  const vec correction1 = splat(settings[5]), correction2 = splat(settings[6]);
  for (int i = 0; i < n; i += VL) {
    ivec mask = supported(support, i);
    vec g = load(gradient + i);
    vec mi = keep(mask, b1 * load(m + i) + rest1 * g), vi = keep(mask, b2 * load(v + i) + rest2 * (g * g));
    vec p = decayed(load(parameters + i), decay, i, amount);
    p -= rate * ((mi / correction1) / (square_root(vi / correction2) + epsilon));
    store(m + i, mi);
    store(v + i, vi);
    store(parameters + i, keep(mask, p));
  }
}

// Momentum (Sutskever et al. 2013, in the usual form): v <- mu v + g,  step = v, or g + mu v (Nesterov).
// mu = 0 is plain stochastic gradient descent. settings: rate, weight_decay, mu.
void momentum(int n, int nesterov, float *parameters, const float *gradient, float *velocity, const float *decay,
              const float *support, const float *settings) {
  const vec rate = splat(settings[0]), amount = splat(settings[0] * settings[1]), mu = splat(settings[2]);
  for (int i = 0; i < n; i += VL) {
    ivec mask = supported(support, i);
    vec g = load(gradient + i), v = keep(mask, mu * load(velocity + i) + g);
    vec p = decayed(load(parameters + i), decay, i, amount);
    p -= rate * (nesterov ? g + mu * v : v);
    store(velocity + i, v);
    store(parameters + i, keep(mask, p));
  }
}
