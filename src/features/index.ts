export { fitNormalisation, type Int16Sequences, type Normalisation, type NormaliseKind } from './normalise.js';
