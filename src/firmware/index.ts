/** Firmware: the network as portable C99, as a model blob, and as images for boards. */
export { encodeBlob, modelBytes, tableBytes } from './blob.js';
export { exportC, type ExportCOptions } from './c99.js';
export type { HeadOptions } from './c99/header.js';
export type { Optimize } from './c99/avr/plan.js';
export { decodeBlob } from './decode.js';
export { exportDetectorC, type ExportDetectorOptions } from './detector/export.js';
export { detectorProgram, detectorValues, type DetectorSource } from './detector/program.js';
export { ExportError, ImageError } from './errors.js';
export { readHex, writeHex, type Segment } from './hex.js';
export { exportFloatC } from './float/export.js';
export { smoothError } from './float/nonlinearity.js';
export type { FloatSource } from './float/layout.js';
export { exportLibrary } from './library.js';
export type { LibraryOptions } from './library/options.js';
export { packedLayouts, type PackedForm } from './packed/index.js';
export type { AvrRow, PackedLayout } from './packed/layout.js';
export { packedBytes } from './rows.js';
export { exportFrontend, frontendBytes, type ExportFrontendOptions, type SoundInputs } from './sound/export.js';
export { soundProgram, soundSamples, soundShown, type SoundSource } from './sound/program.js';
export { soundVectors, testSounds, type SoundVectorOptions, type SoundVectors } from './sound/vectors.js';
export { isUf2, readUf2, writeUf2 } from './uf2.js';
export {
  avrTools,
  compileUno,
  compileUnoC,
  compileUnoDetector,
  compileUnoFloat,
  compileUnoSound,
  unoImage,
  unoLimits,
  vectorBytes,
  type UnoGeneratedImage,
  type UnoImage,
  type UnoRuntimeImage,
} from './targets/avr.js';
export { compileBatch, type BatchTarget } from './targets/batch.js';
export type { ElfSymbol } from './elf.js';
export type { Build, BuildSource, ExactSource, FlashParts } from './targets/build.js';
export { compileRaspberryPi, type HostedBuild } from './targets/hosted.js';
export { nrf51 } from './targets/nrf51.js';
export { nrf52840 } from './targets/nrf52840.js';
export { rv32imcTarget } from './targets/rv32imc.js';
export { sam3x } from './targets/sam3x.js';
export { samd21 } from './targets/samd21.js';
export { compilePico, picoImage, picoLimits, picoUf2, type PicoImage } from './targets/pico.js';
export { testInputs, testVectors, type TestVectors, type VectorOptions } from './vectors.js';
