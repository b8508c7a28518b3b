; The inner loops of rows.h for AVR: 26.5 cycles a nonzero of a sparse row, 21 an entry of a dense one (32-bit sums).
; What rows of the other forms look like is in packed.h.
;
; Registers on entry: Z (r31:r30) the stream in flash, X (r27:r26) the vector, r21:r20 the struct matrix.
; On return: r25..r22 the shifted sum, Z behind the row. Changed: r0, r13..r21, X. r1 is 0 again.

#define SUM0 r22
#define SUM1 r23
#define SUM2 r24
#define SUM3 r25
#define BYTES r13   /* whole bytes to shift by */
#define FACTOR r16  /* before that, multiply by this */
#define ZERO r17
#define WEIGHT r18
#define LOW r19     /* of the operand; then the sign of a product */
#define HIGH r20
#define COUNT r21
#define HALF r14    /* of packed rows: a byte whose lower half is a weight still to come; T says whether there is one */
#define BITS r15    /* a mask, two gaps, or two weights */

; sum += WEIGHT * the next operand
.macro accumulate
  ld LOW, X+
  ld HIGH, X+
  mulsu WEIGHT, LOW
  sbc LOW, LOW        ; 0 or -1: the carry of a product is its sign
  add SUM0, r0
  adc SUM1, r1
  adc SUM2, LOW
  adc SUM3, LOW
  muls WEIGHT, HIGH
  sbc HIGH, HIGH
  add SUM1, r0
  adc SUM2, r1
  adc SUM3, HIGH
.endm

.macro sparse
  lpm LOW, Z+         ; bytes to skip
  add r26, LOW
  adc r27, ZERO
  lpm WEIGHT, Z+
  accumulate
.endm

.macro dense
  lpm WEIGHT, Z+
  accumulate
.endm

.section .text.fastgrnn_rows, "ax", @progbits

.global fastgrnn_row
fastgrnn_row:
  movw r14, r30
  movw r30, r20
  ld SUM0, Z          ; struct matrix: start
  ldd SUM1, Z+1
  ldd SUM2, Z+2
  ldd SUM3, Z+3
  ldd COUNT, Z+4      ; columns
  ldd FACTOR, Z+5
  ldd BYTES, Z+6
  clr ZERO
  tst COUNT
  brne dense_row
  ldd LOW, Z+7        ; form
  ldd COUNT, Z+8      ; width
  movw r30, r14
  tst LOW
  breq 0f
  rjmp packed_row
0:
  rjmp sparse_row

dense_row:
  movw r30, r14
  lsr COUNT           ; four entries a turn, one and two that are left over first
  brcc 1f
  dense
1:
  lsr COUNT
  brcc 2f
  dense
  dense
2:
  tst COUNT
  brne 3f
  rjmp shift
3:
  dense
  dense
  dense
  dense
  dec COUNT
  breq shift
  rjmp 3b

; The sum times FACTOR, a product of 5 bytes (r18, SUM3..SUM0), of which BYTES drop out below.
shift:
  mov HIGH, SUM3      ; where mulsu can take it
  mul SUM1, FACTOR
  movw r14, r0
  mul SUM0, FACTOR
  movw SUM0, r0
  mul SUM2, FACTOR
  movw SUM2, r0
  add SUM1, r14
  adc SUM2, r15
  adc SUM3, ZERO
  mulsu HIGH, FACTOR
  add SUM3, r0
  adc r1, ZERO
  mov r18, r1
  mov r19, r1         ; the sign in all bits of r19
  lsl r19
  sbc r19, r19
  lsr BYTES
  brcc 3f
  mov SUM0, SUM1
  mov SUM1, SUM2
  mov SUM2, SUM3
  mov SUM3, r18
  mov r18, r19
3:
  lsr BYTES           ; sets Z when it was not 4, which the moves below keep
  brcc 4f
  movw SUM0, SUM2
  mov SUM2, r18
  mov SUM3, r19
4:
  breq 5f
  mov SUM0, r18
  mov SUM1, r19
  mov SUM2, r19
  mov SUM3, r19
5:
  clr r1
  ret

sparse_row:
  lpm COUNT, Z+
  lsr COUNT
  brcc 6f
  sparse
6:
  tst COUNT
  brne 7f
  rjmp shift
7:
  sparse
  sparse
  dec COUNT
  brne 7b
  rjmp shift

; X passes the columns whose number is in the lower half of LOW.
.macro gap
  andi LOW, 15
  lsl LOW
  add r26, LOW
  adc r27, ZERO
.endm

packed_row:           ; the order is that of enum row_form
  dec LOW
  breq bitmap_row
  dec LOW
  breq delta_row
  dec LOW
  brne 0f
  rjmp dense4_row
0:
  dec LOW
  brne 0f
  rjmp bitmap4_row
0:
  rjmp delta4_row

; COUNT = groups of 8 columns + 1
.macro count_groups
  dec COUNT
  lsr COUNT
  lsr COUNT
  lsr COUNT
  subi COUNT, -2
.endm

; Goes over the entries of a bitmap row: what follows is run for each that is there, ends with rjmp 3b, and keeps clear of the labels 1 to 5.
; Bits of a mask fall out below; a 1 that went in above says when all have.
.macro each_set_bit
1:
  dec COUNT
  brne 2f
  rjmp shift
2:
  lpm BITS, Z+
  sec
  ror BITS
  rjmp 4f
3:
  lsr BITS
  breq 1b
4:
  brcs 5f
  adiw r26, 2
  rjmp 3b
5:
.endm

bitmap_row:
  count_groups
  each_set_bit
  dense
  rjmp 3b

delta_row:
  lpm COUNT, Z+
  lsr COUNT           ; pairs
  brcs 1f
  brne 2f
  rjmp shift
1:
  inc COUNT
  lpm BITS, Z+
  rjmp 3f
2:
  lpm BITS, Z+
  mov LOW, BITS
  swap LOW
  gap
  dense
3:
  mov LOW, BITS
  gap
  dense
  dec COUNT
  brne 2b
  rjmp shift

dense4_row:
  lsr COUNT
  brcc 1f
  inc COUNT
  lpm BITS, Z+
  rjmp 2f
1:
  lpm BITS, Z+
  mov WEIGHT, BITS
  andi WEIGHT, 240
  accumulate
2:
  swap BITS
  mov WEIGHT, BITS
  andi WEIGHT, 240
  accumulate
  dec COUNT
  brne 1b
  rjmp shift

bitmap4_row:
  count_groups
  clt
  each_set_bit
  brts 6f
  lpm HALF, Z+
  mov WEIGHT, HALF
  swap HALF
  set
  rjmp 7f
6:
  mov WEIGHT, HALF
  clt
7:
  andi WEIGHT, 240
  accumulate
  rjmp 3b

delta4_row:
  lpm COUNT, Z+
  tst COUNT
  brne 1f
  rjmp shift
1:
  lpm WEIGHT, Z+
  mov LOW, WEIGHT
  gap
  andi WEIGHT, 240
  accumulate
  dec COUNT
  brne 1b
  rjmp shift

; Only the shift of r25..r22, which holds its rounding term already. Z and X stay.
.global fastgrnn_shift
fastgrnn_shift:
  movw r14, r30
  movw r30, r20
  ldd FACTOR, Z+5
  ldd BYTES, Z+6
  movw r30, r14
  clr ZERO
  rjmp shift
