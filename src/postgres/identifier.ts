/** Quotes a name for SQL (PostgreSQL manual, 4.1.1). The one place that does. */
export const quoteIdentifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** `"schema"."name"`. */
export const qualifiedName = ({ schema, name }: { schema: string; name: string }): string =>
  `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;

/** Quotes a text for the few statements that take no parameters, such as CREATE ROLE. */
export const quoteLiteral = (text: string): string => {
  const quoted = text.replaceAll("'", "''").replaceAll('\\', '\\\\');
  return text.includes('\\') ? `E'${quoted}'` : `'${quoted}'`;
};
