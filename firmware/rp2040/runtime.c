/* The generic program: the network is a blob that stands in flash right behind the program. */
#include "../network.h"
#include "../serve.h"

enum {
  FLASH_END = 0x10000000 + 0x200000,
  STACK_RESERVE = 1024 /* bytes of RAM kept free for the stack, which has been seen to reach 150 */
};

extern const uint8_t program_end[]; /* the linker's: the end of the program in flash */
extern uint8_t bss_end[], stack_top[];

void program_open(void)
{
  uint8_t status;
  uint32_t room = (uint32_t)(stack_top - bss_end) - STACK_RESERVE;
  status = network_open(program_end, FLASH_END - (uint32_t)program_end, bss_end, (uint16_t)(room > 65532 ? 65532 : room));
  if (status) refuse(status, network_explain);
}

#include "../generic.h"
