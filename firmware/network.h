/*
 * Runs an integer network from its model blob: the generic runtimes, the same for every network and every board. network.c runs
 * FastGRNN (with one zeta and one nu) and FastRNN, gated.c cells that are run gate by gate; a program has one of them.
 *
 * docs/integer-network.md defines what is computed, src/firmware/blob.ts and gate-blob.ts the layout of the blob. C99, no floating point,
 * no heap. One network at a time; its vectors live in an arena that the caller gives.
 */
#ifndef FASTGRNN_NETWORK_H
#define FASTGRNN_NETWORK_H

#include <stdint.h>

/* What network_open can find. The numbers are part of the serial protocol (protocol.h). */
enum network_status {
  NETWORK_OK = 0,
  NETWORK_NO_BLOB = 1,      /* the blob does not begin with "FG" */
  NETWORK_BAD_VERSION = 2,  /* a format that this runtime does not know */
  NETWORK_BAD_LENGTH = 3,   /* longer than the memory it lies in, or too short for a header */
  NETWORK_BAD_CHECKSUM = 4, /* damaged */
  NETWORK_BAD_FIELD = 5,    /* sizes, shifts or nonlinearities outside the definition */
  NETWORK_NO_RAM = 6        /* its vectors need more than the arena */
};

/*
 * Checks the blob and takes its network into use, reset. `room` is how many bytes of memory the blob may reach over.
 * The arena, aligned for int32_t, must stay the network's own until the next network_open.
 */
uint8_t network_open(const uint8_t *blob, uint32_t room, void *arena, uint16_t arena_bytes);

/* Sends a line of text that says in words what a status other than NETWORK_OK means. */
void network_explain(uint8_t status, void (*send)(uint8_t byte));

/*
 * Bytes of arena that the opened network uses: 2 (2 H + s), s = D + rw + (ru or, of full rank, H). Where the head reads the mean of
 * the states, 2 (4 H + max(s, H)). Of G gates: 2 ((2 + G) H + D + rw + ru), 2 H more of an LSTM, and 4 H more for a mean.
 */
uint16_t network_arena_bytes(void);

uint8_t network_inputs(void);
uint8_t network_hidden(void);
uint8_t network_classes(void);

/* Where the next step's inputs go, network_inputs() values: D, or a token. A step overwrites them, and so may the head. */
int16_t *network_input(void);

/* The hidden state, H values. */
const int16_t *network_state(void);

/* Forgets the past. */
void network_reset(void);

/* One time step over network_input. */
void network_step(void);

/* Calls `send` with the four bytes of each logit as they lie in memory, in the order of classes, labels or values. */
void network_logits(void (*send)(const void *logit, uint16_t bytes));

/* The first with the largest logit. */
uint8_t network_predict(void);

#endif
