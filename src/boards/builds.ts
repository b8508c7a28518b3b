import {
  compileBatch,
  compilePico,
  compileUno,
  compileUnoFloat,
  compileUnoSound,
  type Optimize,
  isUf2,
  modelBytes,
  nrf51,
  nrf52840,
  picoImage,
  tableBytes,
  rv32imcTarget,
  sam3x,
  samd21,
  unoImage,
  type BatchTarget,
  type FloatSource,
  type SoundSource,
} from '../firmware/index.js';
import { type IntegerNetwork } from '../integer/index.js';
import { boardNames, type BoardName } from '../recipe/light.js';
import { cortexM0 } from './cycles/cortex-m0plus.js';
import { cortexM3, cortexM4 } from './cycles/cortex-m3.js';
import { rv32imc } from './cycles/rv32imc.js';
import { proveMkr1000, proveMkr1000Float } from './mkr1000.js';
import { provePico } from './pico.js';
import type { BoardFigures, BoardProof, FloatProof, ProofOptions, ProofSequence } from './prove.js';
import { hasQemu, proveQemu, proveQemuFloat, type QemuMachine } from './qemu.js';
import { proveUno, proveUnoFloat } from './uno.js';

/** A proof of exported C names its compiler. */
export interface CompiledProof extends BoardProof {
  readonly compiler: string;
}

/** A comparison of float C names its compiler, too. */
export interface CompiledFloatProof extends FloatProof {
  readonly compiler: string;
}

/** What of float C is to be run. */
export interface FloatJob {
  readonly source: FloatSource;
  readonly sequences: readonly ProofSequence[];
  readonly options: ProofOptions;
}

/** What of a front end is to be run. */
export interface SoundJob {
  readonly source: SoundSource;
  readonly sequences: readonly ProofSequence[];
  readonly options: ProofOptions;
}

/** What is to be proven. */
export interface Job {
  readonly network: IntegerNetwork;
  readonly sequences: readonly ProofSequence[];
  readonly options: ProofOptions & { readonly optimize?: Optimize | undefined };
}

/** How a board is proven. */
export interface BoardBuilds {
  /** The committed generic runtime, of boards that have one. */
  runtime?(job: Job): Promise<BoardProof>;
  /** The exported C; or why it can't be compiled or run here. */
  generated(job: Job): Promise<CompiledProof | string>;
  /** The exported C of a front end, alone or with a network behind it; or why it can't be compiled or run here. */
  sound(job: SoundJob): Promise<CompiledProof | string>;
  /** The float C, on boards where it is run; or why it can't be. */
  float32?(job: FloatJob): Promise<CompiledFloatProof | string>;
  /** An image that the user has, on boards that take one. */
  given?(job: Job, image: Uint8Array | string): Promise<BoardProof>;
}

/** Where the flash of an image goes whose constants have so many bytes, the tables of tanh among them. */
function withParts<T extends BoardFigures>(network: IntegerNetwork | undefined, constants: number, proof: T): T {
  const tables = network ? tableBytes(network) : 0;
  return { ...proof, flash: { weights: constants - tables, tables, code: proof.flashBytes - constants } };
}

const missing = (program: string, packages: string) => `${program} not found; install it: apt-get install ${packages}`;

function qemu(target: BatchTarget, machine: QemuMachine, machinePackage: string): BoardBuilds {
  return {
    async generated({ network, sequences, options }) {
      if (!(await hasQemu(machine))) return missing(machine.command, machinePackage);
      const compiled = await compileBatch(network, target);
      if (!compiled) return missing(target.compiler, target.package);
      return {
        ...(await proveQemu(network, compiled, machine, sequences, options)),
        compiler: compiled.compiler,
        flash: compiled.flash,
      };
    },
    async sound({ source, sequences, options }) {
      if (!(await hasQemu(machine))) return missing(machine.command, machinePackage);
      const compiled = await compileBatch(source, target);
      if (!compiled) return missing(target.compiler, target.package);
      const proof = await proveQemu(source, compiled, machine, sequences, options);
      return { ...proof, compiler: compiled.compiler };
    },
    async float32({ source, sequences, options }) {
      if (!(await hasQemu(machine))) return missing(machine.command, machinePackage);
      const compiled = await compileBatch(source, target);
      if (!compiled) return missing(target.compiler, target.package);
      return {
        ...(await proveQemuFloat(source, compiled, machine, sequences, options)),
        compiler: compiled.compiler,
        flash: compiled.flash,
      };
    },
  };
}

function textOf(image: Uint8Array | string): string {
  return typeof image === 'string' ? image : new TextDecoder().decode(image);
}

const arm = (name: string, clock: number, model: QemuMachine['model']): QemuMachine => ({
  command: 'qemu-system-arm',
  options: ['-M', name],
  clock,
  model,
});

/** How each board is proven. */
export const buildsOf: Readonly<Record<BoardName, BoardBuilds>> = {
  uno: {
    runtime: async ({ network, sequences, options }) =>
      withParts(network, modelBytes(network), proveUno(network, await unoImage(network), sequences, options)),
    async generated({ network, sequences, options }) {
      const compiled = await compileUno(network, options);
      if (!compiled) return missing('avr-gcc', 'gcc-avr binutils-avr avr-libc');
      const proof = proveUno(network, compiled, sequences, options);
      return { ...withParts(network, compiled.tableBytes, proof), compiler: compiled.compiler };
    },
    async sound({ source, sequences, options }) {
      const compiled = await compileUnoSound(source);
      if (!compiled) return missing('avr-gcc', 'gcc-avr binutils-avr avr-libc');
      return { ...proveUno(source, compiled, sequences, options), compiler: compiled.compiler };
    },
    async float32({ source, sequences, options }) {
      const compiled = await compileUnoFloat(source);
      if (!compiled) return missing('avr-gcc', 'gcc-avr binutils-avr avr-libc');
      const proof = proveUnoFloat(source, compiled, sequences, options);
      return { ...withParts(undefined, compiled.tableBytes, proof), compiler: compiled.compiler };
    },
    given: async ({ network, sequences, options }, image) =>
      proveUno(network, { hex: textOf(image) }, sequences, options),
  },
  mkr1000: {
    async generated({ network, sequences, options }) {
      const compiled = await compileBatch(network, samd21);
      if (!compiled) return missing(samd21.compiler, samd21.package);
      return {
        ...(await proveMkr1000(network, compiled, sequences, options)),
        compiler: compiled.compiler,
        flash: compiled.flash,
      };
    },
    async sound({ source, sequences, options }) {
      const compiled = await compileBatch(source, samd21);
      if (!compiled) return missing(samd21.compiler, samd21.package);
      return { ...(await proveMkr1000(source, compiled, sequences, options)), compiler: compiled.compiler };
    },
    async float32({ source, sequences, options }) {
      const compiled = await compileBatch(source, samd21);
      if (!compiled) return missing(samd21.compiler, samd21.package);
      return {
        ...(await proveMkr1000Float(source, compiled, sequences, options)),
        compiler: compiled.compiler,
        flash: compiled.flash,
      };
    },
  },
  rp2040: {
    runtime: async ({ network, sequences, options }) =>
      withParts(network, modelBytes(network), await provePico(network, await picoImage(network), sequences, options)),
    async generated({ network, sequences, options }) {
      const compiled = await compilePico(network);
      if (!compiled) return missing(samd21.compiler, samd21.package);
      return {
        ...(await provePico(network, compiled, sequences, options)),
        compiler: compiled.compiler,
        flash: compiled.flash,
      };
    },
    async sound({ source, sequences, options }) {
      const compiled = await compilePico(source);
      if (!compiled) return missing(samd21.compiler, samd21.package);
      return { ...(await provePico(source, compiled, sequences, options)), compiler: compiled.compiler };
    },
    given: ({ network, sequences, options }, image) =>
      provePico(
        network,
        typeof image !== 'string' && isUf2(image) ? { uf2: image } : { hex: textOf(image) },
        sequences,
        options,
      ),
  },
  microbit: qemu(nrf51, arm('microbit', 16_000_000, cortexM0), 'qemu-system-arm'),
  due: qemu(sam3x, arm('mps2-an385', 84_000_000, cortexM3), 'qemu-system-arm'),
  'cortex-m4f': qemu(nrf52840, arm('mps2-an386', 64_000_000, cortexM4), 'qemu-system-arm'),
  riscv: qemu(
    rv32imcTarget,
    { command: 'qemu-system-riscv32', options: ['-M', 'virt', '-bios', 'none'], clock: 160_000_000, model: rv32imc },
    'qemu-system-misc',
  ),
};

/** The boards that an image can be given to. */
export const imageBoards: readonly BoardName[] = boardNames.filter((name) => buildsOf[name].given);
