/*
 * The serial protocol of the Uno programs, 2 Mbaud 8N1, over which a host feeds a network and reads back every value.
 *
 * After its reset a program says hello: 'F' 'G', PROTOCOL_VERSION, a network_status, D, H, L, and as uint16 the bytes of RAM
 * that it uses (static data, state and vectors; not the stack). With a status other than 0 a line of text follows, for people with
 * a serial monitor, and the program stops.
 * Numbers are little-endian. Commands:
 *
 *   'R'                 forget the past            answers 'R'
 *   'S' int16[D]        one time step              answers 'S'    (D is 1 where the input is a token)
 *   'H'                                            answers int16[H], the hidden state
 *   'L'                                            answers int32[L], the logits
 *   'P'                                            answers uint8, the predicted class
 *
 * A program of float C (NETWORK_FLOAT) has float32 in place of int16 and int32.
 *
 * GPIOR0 marks what is running for a simulator that counts cycles: MARK_RESET, MARK_STEP or MARK_PREDICT is
 * written just before, MARK_IDLE just after.
 */
#ifndef FASTGRNN_PROTOCOL_H
#define FASTGRNN_PROTOCOL_H

#include <stdint.h>

enum { PROTOCOL_VERSION = 1 };
enum { MARK_IDLE = 0, MARK_RESET = 1, MARK_STEP = 2, MARK_PREDICT = 3 };

/* Inputs and states, and logits. */
#ifdef NETWORK_FLOAT
typedef float network_value;
typedef float network_logit;
#else
typedef int16_t network_value;
typedef int32_t network_logit;
#endif

/* What a program gives to the protocol. */
void program_open(void);             /* makes it ready, or calls `refuse` */
uint16_t program_vector_bytes(void); /* RAM beyond static data */
uint8_t program_inputs(void);
uint8_t program_hidden(void);
uint8_t program_classes(void);
network_value *program_input(void);
const network_value *program_state(void);
void program_reset(void);
void program_step(void);
void program_logits(void (*send)(const void *from, uint16_t bytes)); /* as they lie in memory, all or in pieces */
uint8_t program_predict(void);

/*
 * What the protocol gives to a program that can't run: says hello with a network_status, lets `explain` send its line, and never
 * returns.
 */
void refuse(uint8_t status, void (*explain)(uint8_t status, void (*send)(uint8_t byte)));

/* The first byte of RAM behind static data, and how many bytes lie from there to the end of RAM. */
uint8_t *free_ram(void);
uint16_t free_ram_bytes(void);

#endif
