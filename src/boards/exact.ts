import type { ExactSource } from '../firmware/index.js';
import { integerDefinition, integerSizes, type Definition, type Sizes } from './definition.js';
import { detectorDefinition, detectorSizes } from './detector-definition.js';
import { soundDefinition, soundSizes } from './sound-definition.js';

/** What programs of a source are compared with, value by value. */
export function definitionOf(source: ExactSource): Definition {
  if ('detector' in source) return detectorDefinition(source);
  if ('inputs' in source) return soundDefinition(source);
  return integerDefinition(source);
}

/** The sizes of its programs. */
export function sizesOf(source: ExactSource): Sizes {
  if ('detector' in source) return detectorSizes(source);
  if ('inputs' in source) return soundSizes(source);
  return integerSizes(source);
}
