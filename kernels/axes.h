// The axes of a sensor, three channels each, turned and stretched.
#ifndef FASTGRNN_AXES_H
#define FASTGRNN_AXES_H

// v [3] counts <- (m (lsb v)) / lsb: physical values by a matrix [3][3], and counts again.
static inline void turn_axes(const double *m, const double *lsb, double *v) {
  double a = v[0] * lsb[0], b = v[1] * lsb[1], e = v[2] * lsb[2];
  for (int i = 0; i < 3; i++) v[i] = (m[3 * i] * a + m[3 * i + 1] * b + m[3 * i + 2] * e) / lsb[i];
}

#endif
