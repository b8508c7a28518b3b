#include "elementary.h"

const struct exponential_constants exponential_constants = {
    .low = -87.0f,
    .high = 87.0f,
    .log2_e = 1.44269504f,
    .magic = 12582912.0f, // 1.5 * 2^23: adding it leaves the rounded integer in the low bits
    .ln2_high = 0.693359375f,
    .ln2_low = -2.12194440e-4f,
    .p5 = 1.9875691500e-4f,
    .p4 = 1.3981999507e-3f,
    .p3 = 8.3334519073e-3f,
    .p2 = 4.1665795894e-2f,
    .p1 = 1.6666665459e-1f,
    .p0 = 5.0000001201e-1f,
    .one = 1.0f,
};

const struct tangent_constants tangent_constants = {
    .low = -7.90531110763549805f, // beyond, tanh is 1 to a float's precision
    .high = 7.90531110763549805f,
    .p13 = -2.76076847742355e-16f,
    .p11 = 2.00018790482477e-13f,
    .p9 = -8.60467152213735e-11f,
    .p7 = 5.12229709037114e-08f,
    .p5 = 1.48572235717979e-05f,
    .p3 = 6.37261928875436e-04f,
    .p1 = 4.89352455891786e-03f,
    .q6 = 1.19825839466702e-06f,
    .q4 = 1.18534705686654e-04f,
    .q2 = 2.26843463243900e-03f,
    .q0 = 4.89352518554385e-03f,
};

// round(16384 tanh(k / 2)), k = 0..8: all numbers below are whole ones times a power of two, so exact.
enum { T0 = 0, T1 = 7571, T2 = 12478, T3 = 14830, T4 = 15795, T5 = 16165, T6 = 16303, T7 = 16354, T8 = 16373 };
#define UNIT 0x1p-14f
#define INTERCEPT(k, low, high) ((low) - (k) * ((high) - (low))) * UNIT
#define SLOPE(low, high) 2 * ((high) - (low)) * UNIT

const struct polyline_constants polyline_constants = {
    .intercept = {INTERCEPT(0, T0, T1), INTERCEPT(1, T1, T2), INTERCEPT(2, T2, T3), INTERCEPT(3, T3, T4),
                  INTERCEPT(4, T4, T5), INTERCEPT(5, T5, T6), INTERCEPT(6, T6, T7), INTERCEPT(7, T7, T8)},
    .slope = {SLOPE(T0, T1), SLOPE(T1, T2), SLOPE(T2, T3), SLOPE(T3, T4), SLOPE(T4, T5), SLOPE(T5, T6), SLOPE(T6, T7),
              SLOPE(T7, T8)},
    .knot = {T1 * UNIT, T2 * UNIT, T3 * UNIT, T4 * UNIT, T5 * UNIT, T6 * UNIT, T7 * UNIT, T8 * UNIT},
    .fall = {SLOPE(T1 - T0, T2 - T1) * -1, SLOPE(T2 - T1, T3 - T2) * -1, SLOPE(T3 - T2, T4 - T3) * -1,
             SLOPE(T4 - T3, T5 - T4) * -1, SLOPE(T5 - T4, T6 - T5) * -1, SLOPE(T6 - T5, T7 - T6) * -1,
             SLOPE(T7 - T6, T8 - T7) * -1, SLOPE(T7, T8)},
};
