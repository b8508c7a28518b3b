/* The program around exported C: `export --prefix model` beside it. */
#include "model.h"
#include "protocol.h"

static model_state state;

/* Inputs and logits are never needed at once. */
static union {
  int16_t x[MODEL_INPUTS];
  int32_t logits[MODEL_CLASSES];
} shared;

void program_open(void) { model_reset(&state); }

uint16_t program_vector_bytes(void) { return 0; }
uint8_t program_inputs(void) { return MODEL_INPUTS; }
uint8_t program_hidden(void) { return MODEL_HIDDEN; }
uint8_t program_classes(void) { return MODEL_CLASSES; }
int16_t *program_input(void) { return shared.x; }
const int16_t *program_state(void) { return state.h; }
void program_reset(void) { model_reset(&state); }
void program_step(void) { model_step(&state, shared.x); }

void program_logits(void (*send)(int32_t logit))
{
  uint8_t l;
  model_logits(&state, shared.logits);
  for (l = 0; l < MODEL_CLASSES; l++) send(shared.logits[l]);
}

uint8_t program_predict(void) { return (uint8_t)model_predict(&state); }
