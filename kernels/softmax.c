#include "elementary.h"
#include "operations.h"

// Cross-entropy of softmax(logits) against a smoothed label, row by row:
//   target = (1 - smoothing) [class = label] + smoothing / classes,   loss = -weight sum target ln p
//   dlogits = weight scale (p - target)
// losses[rows] and predictions[rows] (the first largest logit) are written; dlogits may be 0 (none wanted).
// A row whose label lies outside 0 .. classes - 1 has no label: its loss and its gradient are 0.
// settings: smoothing, scale. Sums are taken in order of the classes.
void softmax_cross_entropy(int rows, int classes, int ld, const float *logits, const int *labels,
                           const float *row_weights, float *dlogits, float *losses, int *predictions,
                           const float *settings) {
  const float smoothing = settings[0], scale = settings[1];
  for (int r = 0; r < rows; r++, logits += ld) {
    int best = 0, label = labels[r];
    float total = 0.0f, weight = row_weights[r];
    double mean = 0.0; // of logit - largest: in double precision, where no difference of floats overflows
    for (int k = 1; k < classes; k++)
      if (logits[k] > logits[best]) best = k;
    predictions[r] = best;

    int labelled = label >= 0 && label < classes;
    vec largest = splat(classes ? logits[best] : 0.0f), e = {0};
    for (int k = 0; k < classes; k++) {
      if (k % VL == 0) {
        e = exponential(load(logits + k) - largest);
        if (dlogits) store(dlogits + k, e);
      }
      total += e[k % VL];
      mean += (double)logits[k] - largest[0];
    }
    mean /= classes;
    // -ln p of a class is ln total - (logit - largest)
    float loss = 0.0f;
    if (labelled) {
      double log_total = logarithm((double)total);
      double target = (1.0 - smoothing) * ((double)logits[label] - largest[0]) + smoothing * mean;
      loss = (float)(weight * (log_total - target));
    }
    losses[r] = loss;

    if (dlogits) {
      float factor = labelled ? weight * scale : 0.0f, off = smoothing / (float)classes, inverse = 1.0f / total;
      for (int k = 0; k < classes; k++) {
        float target = k == label ? 1.0f - smoothing + off : off;
        dlogits[k] = factor == 0.0f ? 0.0f : factor * (dlogits[k] * inverse - target);
      }
      dlogits += ld;
    }
  }
}

// A second target of each row beside its label: a distribution q over the classes, compared with the softmax at a temperature T.
//   loss <- (1 - share) loss + share weight T^2 sum_k -q_k ln p_k,   p = softmax(logits / T)
//   dlogits <- (1 - share) dlogits + share weight scale T (p - q)
// T^2 keeps the gradient's size whatever T is (Hinton, Vinyals, Dean 2015). What softmax_cross_entropy left is changed. A row whose
// label lies outside 0 .. classes - 1, or whose share is 0, stays as it is. settings: smoothing (not used), scale, T.
void soft_targets(int rows, int classes, int ld, int ldt, const float *logits, const int *labels, const float *row_weights,
                  const float *targets, const float *shares, float *dlogits, float *losses, const float *settings) {
  const float scale = settings[1], temperature = settings[2], inverse = 1.0f / temperature;
  for (int r = 0; r < rows; r++, logits += ld, targets += ldt, dlogits += ld) {
    float share = shares[r], weight = row_weights[r];
    if (labels[r] < 0 || labels[r] >= classes || share == 0.0f) continue;
    float largest = logits[0], total = 0.0f;
    for (int k = 1; k < classes; k++)
      if (logits[k] > largest) largest = logits[k];
    double cross = 0.0, mass = 0.0;
    for (int k = 0; k < classes; k++) {
      double distance = ((double)logits[k] - largest) * inverse;
      vec e = exponential(splat((float)distance));
      total += e[0];
      cross += targets[k] * distance;
      mass += targets[k];
    }
    double loss = mass * logarithm((double)total) - cross;
    losses[r] = (float)((1.0 - share) * losses[r] + (double)(share * weight) * temperature * temperature * loss);
    float factor = share * weight * scale * temperature, normal = 1.0f / total;
    for (int k = 0; k < classes; k++) {
      vec e = exponential(splat((float)(((double)logits[k] - largest) * inverse)));
      dlogits[k] = (1.0f - share) * dlogits[k] + factor * (e[0] * normal - targets[k]);
    }
  }
}
