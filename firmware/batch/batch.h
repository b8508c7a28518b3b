/*
 * A program that reads sequences from the file in.bin of the simulator's host and writes every value to out.bin.
 *
 * in.bin, little-endian:  for each sequence uint32 steps, then int16[steps][D]     (D is 1 where the input is a token)
 * out.bin:                for each sequence int16[steps][H] states, int32[L] logits, uint32 prediction;
 *                         at the end uint32 bytes of static data, uint32 bytes of the deepest stack
 *
 * A program of float C has float32 in place of int16 and of the logits' int32.
 */
#ifndef FASTGRNN_BATCH_H
#define FASTGRNN_BATCH_H

#include <stdint.h>

/* A call of the simulator's host: operation and argument of Arm's semihosting, which RISC-V took over. */
intptr_t host_call(intptr_t operation, const void *argument);

/* The linker's: static data, and the memory above it that the stack grows down into. */
extern uint32_t data_start[], bss_end[], stack_top[];

/* Called behind each piece of work, so that a trace of addresses shows where it ends. */
void batch_idle(void);

/* The whole program. It returns an exit code: 0, or 1 where a file can't be opened. */
int batch_run(void);

#endif
