import { AVRTimer, AVRUSART, avrInstruction, CPU, timer0Config, usart0Config } from 'avr8js';
import { readHex } from '../firmware/index.js';

/** What an Uno's program prints until it has printed `last`, or until its cycles are used up. */
export function unoConsole(hex: string, last: string, cycles: number): string {
  const flash = new Uint8Array(32768).fill(0xff);
  for (const { address, bytes } of readHex(hex)) flash.set(bytes, address);
  const cpu = new CPU(new Uint16Array(flash.buffer), 2048);
  void new AVRTimer(cpu, timer0Config); // the core's millis()
  const uart = new AVRUSART(cpu, usart0Config, 16_000_000);
  let text = '';
  uart.onByteTransmit = (byte) => void (text += String.fromCharCode(byte));
  while (cpu.cycles < cycles && !text.endsWith(last)) {
    avrInstruction(cpu);
    cpu.tick();
  }
  return text;
}
