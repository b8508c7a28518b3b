/*
 * The serial protocol of avr/protocol.h on any board: serve.c speaks it, the board gives the bytes' way in and out.
 */
#ifndef FASTGRNN_SERVE_H
#define FASTGRNN_SERVE_H

#include <stdint.h>

#include "avr/protocol.h"

/* What a board gives to the protocol. */
void board_send(uint8_t byte);
uint8_t board_receive(void);
void board_mark(uint8_t mark); /* tells a simulator what runs */
uint16_t board_ram_bytes(void); /* static data, without stack and vectors */

/* Says hello, then answers commands for ever. */
void serve(void);

#endif
