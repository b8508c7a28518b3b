import {
  avrTools,
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
  type Build,
  type BuildSource,
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

/** What a proof of compiled C shows; or what has to be installed to compile it. */
async function proven<Compiled extends { readonly compiler: string }, Proof extends BoardFigures>(
  tools: { readonly compiler: string; readonly package: string },
  compiling: Promise<Compiled | undefined>,
  prove: (compiled: Compiled) => Proof | Promise<Proof>,
): Promise<(Proof & { readonly compiler: string }) | string> {
  const compiled = await compiling;
  if (!compiled) return missing(tools.compiler, tools.package);
  return { ...(await prove(compiled)), compiler: compiled.compiler };
}

/** A proof that tells where the flash of its build goes. */
function withFlash<Proof>(prove: (build: Build) => Promise<Proof>) {
  return async (build: Build) => ({ ...(await prove(build)), flash: build.flash });
}

function qemu(target: BatchTarget, machine: QemuMachine, machinePackage: string): BoardBuilds {
  const onMachine = async <Proof extends BoardFigures>(source: BuildSource, prove: (build: Build) => Promise<Proof>) =>
    (await hasQemu(machine))
      ? proven(target, compileBatch(source, target), prove)
      : missing(machine.command, machinePackage);
  return {
    generated: ({ network, sequences, options }) =>
      onMachine(
        network,
        withFlash((build) => proveQemu(network, build, machine, sequences, options)),
      ),
    sound: ({ source, sequences, options }) =>
      onMachine(source, (build) => proveQemu(source, build, machine, sequences, options)),
    float32: ({ source, sequences, options }) =>
      onMachine(
        source,
        withFlash((build) => proveQemuFloat(source, build, machine, sequences, options)),
      ),
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
    generated: ({ network, sequences, options }) =>
      proven(avrTools, compileUno(network, options), (image) =>
        withParts(network, image.tableBytes, proveUno(network, image, sequences, options)),
      ),
    sound: ({ source, sequences, options }) =>
      proven(avrTools, compileUnoSound(source), (image) => proveUno(source, image, sequences, options)),
    float32: ({ source, sequences, options }) =>
      proven(avrTools, compileUnoFloat(source), (image) =>
        withParts(undefined, image.tableBytes, proveUnoFloat(source, image, sequences, options)),
      ),
    given: async ({ network, sequences, options }, image) =>
      proveUno(network, { hex: textOf(image) }, sequences, options),
  },
  mkr1000: {
    generated: ({ network, sequences, options }) =>
      proven(
        samd21,
        compileBatch(network, samd21),
        withFlash((build) => proveMkr1000(network, build, sequences, options)),
      ),
    sound: ({ source, sequences, options }) =>
      proven(samd21, compileBatch(source, samd21), (build) => proveMkr1000(source, build, sequences, options)),
    float32: ({ source, sequences, options }) =>
      proven(
        samd21,
        compileBatch(source, samd21),
        withFlash((build) => proveMkr1000Float(source, build, sequences, options)),
      ),
  },
  rp2040: {
    runtime: async ({ network, sequences, options }) =>
      withParts(network, modelBytes(network), await provePico(network, await picoImage(network), sequences, options)),
    generated: ({ network, sequences, options }) =>
      proven(
        samd21,
        compilePico(network),
        withFlash((build) => provePico(network, build, sequences, options)),
      ),
    sound: ({ source, sequences, options }) =>
      proven(samd21, compilePico(source), (build) => provePico(source, build, sequences, options)),
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
