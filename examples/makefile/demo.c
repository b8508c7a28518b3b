/* Reads vectors.json, runs its sequences, and compares every state and score with those that stand there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

static char *read_all(FILE *file) {
  size_t size = 0, room = 1 << 16;
  char *text = malloc(room);
  while (text) {
    size += fread(text + size, 1, room - size - 1, file);
    if (size < room - 1) break;
    room *= 2;
    text = realloc(text, room);
  }
  if (text) text[size] = 0;
  return text;
}

/* Goes to the list that is called `name` and writes its numbers, inner lists one after the other. Returns how many, or -1. */
static long numbers(char **at, const char *name, long *out, long room) {
  char *p = strstr(*at, name);
  long count = 0;
  int depth = 0;
  if (!p) return -1;
  p = strchr(p, '[');
  do {
    if (*p == '[') depth++;
    if (*p == ']') depth--;
    if (*p == '-' || (*p >= '0' && *p <= '9')) {
      if (count == room) return -1;
      out[count++] = strtol(p, &p, 10);
    } else {
      p++;
    }
  } while (depth > 0 && *p);
  *at = p;
  return count;
}

enum { ROOM = 1 << 16 };
static long inputs[ROOM], states[ROOM], scores[MODEL_CLASSES];

int main(void) {
  char *text = read_all(stdin), *at = text;
  long sequences = 0, wrong = 0, length;
  if (!text) return 2;
  while ((length = numbers(&at, "\"inputs\"", inputs, ROOM)) >= 0) {
    model_state state;
    int32_t found[MODEL_CLASSES];
    long t, i, steps = length / MODEL_INPUTS;
    if (numbers(&at, "\"states\"", states, ROOM) != steps * MODEL_HIDDEN) return 2;
    if (numbers(&at, "\"logits\"", scores, MODEL_CLASSES) != MODEL_CLASSES) return 2;
    model_reset(&state);
    for (t = 0; t < steps; t++) {
      int16_t x[MODEL_INPUTS];
      for (i = 0; i < MODEL_INPUTS; i++) x[i] = (int16_t)inputs[t * MODEL_INPUTS + i];
      model_step(&state, x);
      for (i = 0; i < MODEL_HIDDEN; i++) wrong += state.h[i] != states[t * MODEL_HIDDEN + i];
    }
    model_logits(&state, found);
    for (i = 0; i < MODEL_CLASSES; i++) wrong += found[i] != scores[i];
    printf("sequence %ld: %ld steps, class %d\n", ++sequences, steps, model_predict(&state));
  }
  free(text);
  printf("%ld sequences, %ld values differ\n", sequences, wrong);
  return sequences > 0 && wrong == 0 ? 0 : 1;
}
