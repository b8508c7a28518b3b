/* The generic program: the network is a blob that stands in flash right behind the program. */
#include "../network.h"
#include "protocol.h"

enum {
  FLASH_BYTES = 32768 - 512, /* the bootloader has the rest */
  STACK_RESERVE = 96         /* bytes of RAM kept free for the stack, which has been seen to reach 48 */
};

extern const uint8_t __data_load_end; /* the linker's: the end of the program in flash */

void program_open(void)
{
  uint8_t status;
  const uint8_t *blob = &__data_load_end;
  uint16_t room = free_ram_bytes();
  room = room > STACK_RESERVE ? (uint16_t)(room - STACK_RESERVE) : 0;
  status = network_open(blob, FLASH_BYTES - (uint16_t)blob, free_ram(), room);
  if (status) refuse(status, network_explain);
}

#include "../generic.h"
