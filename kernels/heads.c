// The losses of the heads with several outputs at once. Like softmax.c: row by row, outputs in order.
// A row whose label is below 0 has no target: its loss and its gradient are 0.
#include "elementary.h"
#include "operations.h"

static int first_largest(int n, const float *x) {
  int best = 0;
  for (int k = 1; k < n; k++)
    if (x[k] > x[best]) best = k;
  return best;
}

// So many factors up to 2 are multiplied before their logarithm is taken: the product stays far from overflow.
#define FACTORS 512

// Binary cross-entropy of sigmoid(logits), summed over the labels:
//   loss = weight sum_l (ln(1 + exp(y)) - target y),   dlogits = weight scale (sigmoid(y) - target)
// with target = (1 - smoothing) t + smoothing / 2. settings: smoothing, scale.
// ln(1 + exp(y)) is max(y, 0) + ln(1 + exp(-|y|)), where no exponential overflows, and the sum of the logarithms is that of
// the product. A NaN is neither above nor below 0.
void sigmoid_cross_entropy(int rows, int outputs, int ld, int ldt, const float *logits, const int *labels,
                           const float *row_weights, const float *targets, float *dlogits, float *losses,
                           int *predictions, const float *settings) {
  const float smoothing = settings[0], scale = settings[1];
  const vec one = splat(1.0f), keep = splat(1.0f - smoothing), spread = splat(0.5f * smoothing);
  for (int r = 0; r < rows; r++, logits += ld, targets += ldt) {
    int known = labels[r] >= 0;
    float weight = row_weights[r];
    double sum = 0.0, product = 1.0;
    predictions[r] = first_largest(outputs, logits);
    for (int k = 0; k < outputs; k += VL) {
      vec y = load(logits + k), target = keep * load(targets + k) + spread, small = exponential(-absolute(y));
      if (dlogits) {
        vec share = one / (one + small), p = choose(y < (vec){0}, small * share, share);
        store(dlogits + k, known ? splat(weight * scale) * (p - target) : (vec){0});
      }
      for (int i = 0; i < VL && k + i < outputs; i++) {
        double yi = y[i];
        sum += (yi < 0.0 ? 0.0 : yi) - (double)target[i] * yi;
        product *= 1.0 + (double)small[i];
      }
      if (k % FACTORS == FACTORS - VL) {
        sum += logarithm(product);
        product = 1.0;
      }
    }
    losses[r] = known ? (float)(weight * (sum + logarithm(product))) : 0.0f;
    if (dlogits) dlogits += ld;
  }
}

// Half the mean of the squared errors:
//   loss = weight / (2 outputs) sum_l (y - target)^2,   dlogits = weight scale (y - target) / outputs
void squared_error(int rows, int outputs, int ld, int ldt, const float *logits, const int *labels,
                   const float *row_weights, const float *targets, float *dlogits, float *losses, int *predictions,
                   const float *settings) {
  const float scale = settings[1], share = 1.0f / (float)outputs;
  for (int r = 0; r < rows; r++, logits += ld, targets += ldt) {
    int known = labels[r] >= 0;
    float weight = row_weights[r];
    double sum = 0.0;
    predictions[r] = first_largest(outputs, logits);
    for (int k = 0; k < outputs; k++) {
      double error = (double)logits[k] - (double)targets[k];
      sum += error * error;
      if (dlogits) dlogits[k] = known ? weight * scale * share * (logits[k] - targets[k]) : 0.0f;
    }
    losses[r] = known ? (float)(0.5 * weight * sum * share) : 0.0f;
    if (dlogits) dlogits += ld;
  }
}
