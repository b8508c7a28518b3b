// Recorded values, above all log energies, become the inputs of a batch, each row changed at random as if it had been another.
#include "axes.h"
#include "elementary.h"
#include "operations.h"

typedef double dvec __attribute__((vector_size(8 * VL)));
typedef double loose_dvec __attribute__((vector_size(8 * VL), aligned(8), may_alias));
typedef short loose_svec __attribute__((vector_size(2 * VL), aligned(2), may_alias));

// A row's change, float64 each. Frames and channels count from 0; a mask is [first, end).
enum {
  SIZE = 9,       // as in gather.c, behind a matrix [3][3]; 0 where nothing is turned
  SHIFT = 10,     // frames by which the row comes later
  SPEED,          // frames of the recording a frame of the result
  WARP,           // channels of the recording a channel of the result
  LOUDNESS,       // nepers of energy that every channel gains
  FRAMES_FIRST,   // masked frames and channels, which become the mean
  FRAMES_END,
  CHANNELS_FIRST,
  CHANNELS_END,
  NOISE,          // 1: the partner's energies are added, NOISE_LEVEL nepers louder than they are
  NOISE_LEVEL,
  DECAY,          // of a room: what stays of its energy from frame to frame, 0 for no room
  WET,            // and what goes into it from each frame
  MIX,            // the partner's share of a mixture of both
  PARTNER_FRAMES, // of the partner
  CHANGES = 24
};

// y [frames][ld] <- the recording at other times and frequencies, by linear interpolation, its ends repeated. In counts.
static void warp_recording(int frames, int channels, int ld, const short *raw, const double *m, float *y) {
  double middle = 0.5 * (frames - 1), last = frames - 1;
  int warped = m[WARP] != 1.0, below[256], above[256];
  float part[256], frame[256 + VL];
  for (int c = 0; warped && c < channels; c++) {
    double place = c * m[WARP];
    place = place > channels - 1 ? channels - 1 : place;
    below[c] = (int)place;
    above[c] = below[c] + 1 < channels ? below[c] + 1 : below[c];
    part[c] = (float)(place - below[c]);
  }
  for (int f = 0; f < frames; f++, y += ld) {
    double place = middle + (f - middle) * m[SPEED] - m[SHIFT];
    place = place < 0 ? 0 : place > last ? last : place;
    int before = (int)place;
    const short *a = raw + (long)before * channels, *b = before + 1 < frames ? a + channels : a;
    vec share = splat((float)(place - before));
    float *to = warped ? frame : y;
    for (int c = 0; c < channels; c += VL) {
      ivec low = __builtin_convertvector(*(const loose_svec *)(a + c), ivec);
      ivec high = __builtin_convertvector(*(const loose_svec *)(b + c), ivec);
      vec from = __builtin_convertvector(low, vec);
      store(to + c, from + share * (__builtin_convertvector(high, vec) - from));
    }
    for (int c = 0; warped && c < channels; c++) y[c] = frame[below[c]] + part[c] * (frame[above[c]] - frame[below[c]]);
  }
}

// y <- the logarithm of its energies with those of a noise and of the room's echo of both. The echo decays by the same share from
// frame to frame: e_f <- DECAY (e_{f-1} + WET (energy of frame f - 1)).
static void add_energies(int frames, int channels, int ld, const short *partner, const double *lsb, const double *m, float *y,
                         float *echo) {
  int noisy = m[NOISE] != 0.0, others = (int)m[PARTNER_FRAMES];
  float level = (float)m[NOISE_LEVEL], decay = (float)m[DECAY], wet = (float)m[WET];
  for (int c = 0; c < channels; c += VL) store(echo + c, (vec){0});
  for (int f = 0; f < frames; f++, y += ld) {
    const short *noise = partner + (long)(f % (others ? others : 1)) * channels;
    for (int c = 0; c < channels; c += VL) {
      vec unit = __builtin_convertvector(*(const loose_dvec *)(lsb + c), vec);
      vec energy = exponential(load(y + c) * unit);
      if (noisy) {
        ivec counts = __builtin_convertvector(*(const loose_svec *)(noise + c), ivec);
        energy += exponential(__builtin_convertvector(counts, vec) * unit + splat(level));
      }
      vec rest = load(echo + c), sum = energy + rest;
      store(echo + c, splat(decay) * (rest + splat(wet) * energy));
      for (int i = 0; i < VL && c + i < channels; i++) y[c + i] = (float)(logarithm((double)sum[i]) / lsb[c + i]);
    }
  }
}

// Each three channels of y are turned by the matrix of m, the one or two that are left scaled.
static void turn_recording(int frames, int channels, int ld, const double *lsb, const double *m, float *y) {
  for (int f = 0; f < frames; f++, y += ld) {
    int c = 0;
    for (; c + 3 <= channels; c += 3) {
      double value[3] = {y[c], y[c + 1], y[c + 2]};
      turn_axes(m, lsb + c, value);
      for (int i = 0; i < 3; i++) y[c + i] = (float)value[i];
    }
    for (; c < channels; c++) y[c] = (float)(y[c] * m[SIZE]);
  }
}

// x [channels] <- (y - centre) scale, 0 where it is masked.
static void normalise_frame(int channels, const float *y, const double *centre, const double *scale, const double *m, int hidden,
                            float *x) {
  int c = 0;
  for (; c + VL <= channels; c += VL) {
    dvec value = __builtin_convertvector(load(y + c), dvec);
    value = (value - *(const loose_dvec *)(centre + c)) * *(const loose_dvec *)(scale + c);
    store(x + c, __builtin_convertvector(value, vec));
  }
  for (; c < channels; c++) x[c] = (float)(((double)y[c] - centre[c]) * scale[c]);
  int from = hidden ? 0 : (int)m[CHANNELS_FIRST], to = hidden ? channels : (int)m[CHANNELS_END];
  for (c = from; c < to; c++) x[c] = 0.0f;
}

// As gather_recorded (gather.c) with other changes [rows][24]: see above. partners: int16 [rows][ldr], a second row for each, whose frames
// come round again where they are fewer. scratch: [frames of the longest row + 1][ld of a frame].
void gather_spectra(int rows, int steps, int n, int ld, int ldr, int distance, int channels, const float *raw_words,
                    const int *lengths, const float *constants, const float *changes, const float *partner_words,
                    float *scratch, const float *noise_words, float *x) {
  int wide = (n + 15) / 16 * 16, stacked = n / channels, stride = distance / channels, lds = (channels + 15) / 16 * 16;
  const double *centre = (const double *)constants, *scale = centre + wide, *lsb = scale + wide;
  const double *noise = (const double *)noise_words;
  float *echo = scratch, *y = scratch + lds;
  for (int r = 0; r < rows; r++) {
    const double *m = (const double *)changes + CHANGES * r;
    const short *partner = (const short *)partner_words + (long)r * ldr;
    int frames = (lengths[r] - 1) * stride + stacked, others = (int)m[PARTNER_FRAMES];
    warp_recording(frames, channels, lds, (const short *)raw_words + (long)r * ldr, m, y);
    if (m[NOISE] != 0.0 || m[DECAY] != 0.0) add_energies(frames, channels, lds, partner, lsb, m, y, echo);
    for (int c = 0; c < channels; c++) {
      float louder = (float)(m[LOUDNESS] / lsb[c]), share = (float)m[MIX];
      for (int f = 0; louder != 0.0f && f < frames; f++) y[f * lds + c] += louder;
      for (int f = 0; share != 0.0f && f < frames; f++) {
        float own = y[f * lds + c], other = (float)partner[(long)(f % others) * channels + c];
        y[f * lds + c] = own + share * (other - own);
      }
    }
    if (m[SIZE] != 0.0) turn_recording(frames, channels, lds, lsb, m, y);
    for (int t = 0; t < steps && t < lengths[r]; t++) {
      long place = (long)t * rows + r;
      for (int k = 0; k < stacked; k++) {
        int f = t * stride + k, d = k * channels;
        int hidden = f >= m[FRAMES_FIRST] && f < m[FRAMES_END];
        normalise_frame(channels, y + f * lds, centre + d, scale + d, m, hidden, x + place * ld + d);
        for (int c = 0; noise && c < channels; c++) x[place * ld + d + c] += (float)noise[place * n + d + c];
      }
    }
  }
}
