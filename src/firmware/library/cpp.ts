import { cString, type Library } from './options.js';

/** `PREFIX.hpp`: one stream of the network as a C++ class, C++98 and later. */
export function cppHeader({ network, prefix, upper, names, head }: Library): string {
  const noun = { softmax: 'class', sigmoid: 'label', regression: 'output' }[head];
  const what = network.embedding ? 'its token' : `its ${upper}_INPUTS inputs`;
  return `/* ${prefix} for C++: a class around ${prefix}.h, which says what the inputs and outputs are. */
#ifndef ${upper}_HPP
#define ${upper}_HPP

#include "${prefix}.h"

/* One stream of inputs and its memory. Several may run side by side. */
class ${prefix}_network {
public:
  ${prefix}_network() { ${prefix}_reset(&state_); }

  /* Forgets the past. */
  void reset() { ${prefix}_reset(&state_); }

  /* One time step: x holds ${what}. */
  void step(const int16_t (&x)[${upper}_INPUTS]) { ${prefix}_step(&state_, x); }

  /* The score of each ${noun}. */
  void logits(int32_t (&out)[${upper}_CLASSES]) const { ${prefix}_logits(&state_, out); }

  /* The ${noun} with the largest score, 0 to ${upper}_CLASSES - 1. */
  int predict() const { return ${prefix}_predict(&state_); }

  /* The hidden state after the last step. */
  const int16_t (&hidden() const)[${upper}_HIDDEN] { return state_.h; }

  /* What a ${noun} is called. */
  static const char *name(int number)
  {
    switch (number) {
${names.map((name, k) => `    case ${k}: return ${cString(name)};`).join('\n')}
    default: return "?";
    }
  }

private:
  ${prefix}_state state_;
};

#endif
`;
}
