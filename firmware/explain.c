/* What a runtime says of a model that it refuses, for people with a serial monitor. */
#include "network.h"
#include "rows.h"

#if defined(__AVR__)
#define IN_FLASH PROGMEM
#else
#define IN_FLASH
#endif

/* One text behind another, in the order of network_status from 1 on. */
static const char reasons[] IN_FLASH = "is missing\0"
                                       "has an unknown format\0"
                                       "is cut off or too long\0"
                                       "is damaged: wrong checksum\0"
                                       "has unknown sizes or settings\0"
                                       "needs more RAM than there is";
static const char before[] IN_FLASH = "\r\nfastgrnn: the model ";
static const char after[] IN_FLASH = "\r\n";

/* Sends a text up to its 0. */
static void send_text(const char *text, void (*send)(uint8_t byte))
{
  for (; READ8((const uint8_t *)text); text++) send(READ8((const uint8_t *)text));
}

void network_explain(uint8_t status, void (*send)(uint8_t byte))
{
  const char *text = reasons;
  for (; status > 1; status--) {
    while (READ8((const uint8_t *)text)) text++;
    text++;
  }
  send_text(before, send);
  send_text(text, send);
  send_text(after, send);
}
