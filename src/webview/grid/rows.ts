/** One row's cells, as the text that the server printed; null is SQL NULL. */
export type Row = readonly (string | null)[];
