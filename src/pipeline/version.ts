/** The package's version, as every model file states it: that of package.json, which a page can't be sure to find. */
export function packageVersion(): string {
  return '0.1.0';
}
