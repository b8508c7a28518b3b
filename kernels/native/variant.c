// One variant of the native kernels: every kernel for one instruction set, in one unit, so that its compiler sees all of it and
// the names of several variants don't meet. tools/build-native.mjs gives VL and RUN, the name of the variant's run().
#define LINKAGE static
#define run RUN

#include "../activation.c"
#include "../fastgrnn.c"
#include "../fastrnn.c"
#include "../gather.c"
#include "../gemm.c"
#include "../gru.c"
#include "../heads.c"
#include "../modrelu.c"
#include "../lstm.c"
#include "../optimiser.c"
#include "../orthogonality.c"
#include "../pack.c"
#include "../peak.c"
#include "../program.c"
#include "../recurrence.c"
#include "../reduce.c"
#include "../rnn.c"
#include "../rows.c"
#include "../sequences.c"
#include "../spectra.c"
#include "../softmax.c"
#include "../unitary.c"
#include "../ugrnn.c"
