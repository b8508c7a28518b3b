/**
 * A C program around exported C of the prefix `model` that does on this machine what the batch programs of boards do (firmware/batch): of
 * sequences, each its number of steps and its inputs, it writes every state, then the logits and the prediction.
 */
export function hostProgram(types: { readonly input: string; readonly logit: string }): string {
  return `#include <stdio.h>
#include "model.h"
int main(void)
{
  static model_state s;
  ${types.input} x[MODEL_INPUTS];
  ${types.logit} logits[MODEL_CLASSES];
  uint32_t steps;
  int32_t prediction;
  while (fread(&steps, 4, 1, stdin) == 1) {
    model_reset(&s);
    for (; steps > 0; steps--) {
      if (fread(x, sizeof x, 1, stdin) != 1) return 1;
      model_step(&s, x);
      fwrite(s.h, sizeof s.h, 1, stdout);
    }
    model_logits(&s, logits);
    fwrite(logits, sizeof logits, 1, stdout);
    prediction = model_predict(&s);
    fwrite(&prediction, 4, 1, stdout);
  }
  return 0;
}
`;
}
