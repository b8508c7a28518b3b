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
