import { bitmap, bitmap4 } from './bitmap.js';
import { delta, delta4 } from './delta.js';
import { dense4 } from './dense4.js';
import type { PackedLayout } from './layout.js';

/** The layouts that save bytes and cost cycles, each in a file of its own. */
export const packedLayouts = { dense4, bitmap, bitmap4, delta, delta4 } as const satisfies Record<string, PackedLayout>;

/** The name of such a layout. */
export type PackedForm = keyof typeof packedLayouts;

export function isPacked(form: string): form is PackedForm {
  return Object.hasOwn(packedLayouts, form);
}
