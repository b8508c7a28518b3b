/** Networks for other programs: ONNX. */
export { toOnnx, type OnnxSource } from './onnx/export.js';
