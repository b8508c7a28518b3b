/*
 * The program around exported C, integer or float: `export --prefix model` beside it. On AVR the compiler sees it whole, with main.c in it; other
 * boards bring a main of their own.
 */
#include "model.h"
#include "protocol.h"

/* On AVR not cleared by the start of the program: the state is reset, inputs are received. */
#ifdef __AVR__
#define UNCLEARED __attribute__((section(".noinit")))
#else
#define UNCLEARED
#endif

static model_state state UNCLEARED;

static network_value x[MODEL_INPUTS] UNCLEARED;

void program_open(void) { model_reset(&state); }

uint16_t program_vector_bytes(void) { return 0; }
uint8_t program_inputs(void) { return MODEL_INPUTS; }
uint8_t program_hidden(void) { return MODEL_HIDDEN; }
uint8_t program_classes(void) { return MODEL_CLASSES; }
network_value *program_input(void) { return x; }
const network_value *program_state(void) { return state.h; }
void program_reset(void) { model_reset(&state); }
void program_step(void) { model_step(&state, x); }

void program_logits(void (*send)(const void *from, uint16_t bytes))
{
  network_logit logits[MODEL_CLASSES]; /* on the stack, where a step's vectors are at other times */
  model_logits(&state, logits);
  send(logits, sizeof logits);
}

uint8_t program_predict(void) { return (uint8_t)model_predict(&state); }

#ifdef __AVR__
#include "main.c"
#endif
