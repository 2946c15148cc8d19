/** Loads execa with the first program that is run, not with the extension: it costs more than all of the rest. */
export const loadExeca = () => import('execa');
