export { fitNormalisation, type NormaliseKind } from './normalise.js';
