/* What the generic programs of all boards answer by once a blob is open: they differ in where it lies and in their memory alone. */
#include "network.h"

uint16_t program_vector_bytes(void) { return network_arena_bytes(); }
uint8_t program_inputs(void) { return network_inputs(); }
uint8_t program_hidden(void) { return network_hidden(); }
uint8_t program_classes(void) { return network_classes(); }
int16_t *program_input(void) { return network_input(); }
const int16_t *program_state(void) { return network_state(); }
void program_reset(void) { network_reset(); }
void program_step(void) { network_step(); }
void program_logits(void (*send)(const void *from, uint16_t bytes)) { network_logits(send); }
uint8_t program_predict(void) { return network_predict(); }
