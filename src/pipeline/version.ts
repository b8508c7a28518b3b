/** That of package.json, which a page can't be sure to find. */
export const version = '0.1.0';
