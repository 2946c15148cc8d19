import type { FunctionDoc } from '../../sharding/functionDocs.ts';
import type { ShardedTable } from '../../sharding/sharding.ts';
import type { DataType, Relation, RelationDetails, Routine, Setting } from '../catalog/catalog.ts';
import type { ScopeColumn } from './scope.ts';
import { tokensOf } from './tokens.ts';

/** Something that can be told about in a few lines. */
export type Subject =
  | { readonly kind: 'relation'; readonly relation: Relation }
  | {
      readonly kind: 'column';
      readonly of: string;
      readonly column: ScopeColumn;
      readonly relation?: Relation;
    }
  | { readonly kind: 'routine'; readonly routines: readonly Routine[]; readonly doc?: FunctionDoc }
  | { readonly kind: 'condition'; readonly sql: string; readonly isColocated: boolean }
  | { readonly kind: 'setting'; readonly setting: Setting }
  | { readonly kind: 'type'; readonly type: DataType };

/** More columns are counted only. */
const MOST_COLUMNS = 60;

/**
 * What there is to know about something, in Markdown.
 * @param details columns and keys of a relation, where they are known
 */
export const describe = (subject: Subject, details?: RelationDetails): string => {
  switch (subject.kind) {
    case 'relation':
      return describeRelation(subject.relation, details);
    case 'column':
      return describeColumn(subject);
    case 'routine':
      return describeRoutine(subject.routines, subject.doc);
    case 'condition':
      return paragraphs(
        code(subject.sql.replaceAll(' AND ', '\n  AND ')),
        subject.isColocated
          ? 'Compares the distribution columns of colocated tables: the join runs shard by shard, on the node of each.'
          : undefined,
      );
    case 'setting':
      return describeSetting(subject.setting);
    case 'type':
      return paragraphs(code(subject.type.name), subject.type.comment && escape(subject.type.comment));
  }
};

/** `distributed by tenant_id, 32 shards, colocation group 4`. */
const spread = ({ type, distributionColumn, shardCount, colocationId }: ShardedTable): string => {
  switch (type) {
    case 'distributed':
      return `distributed by ${distributionColumn ?? 'nothing'}, ${shardCount} shards, colocation group ${colocationId}`;
    case 'reference':
      return 'reference table, a copy on every node';
    case 'schema':
      return 'a single shard, with its schema on one node';
    case 'local':
      return 'local table, known to all nodes';
  }
};

/** What kind of thing a relation is, with how it is spread. */
export const kindOf = ({ kind, sharded }: Relation): string => (sharded ? spread(sharded) : kind);

const describeRelation = (relation: Relation, details: RelationDetails | undefined): string => {
  const { schema, name, rows, comment, sharded } = relation;
  const estimate = rows === undefined ? '' : `, about ${Math.round(rows).toLocaleString('en-US')} rows`;
  const columns = details?.columns ?? [];
  const lines = columns
    .slice(0, MOST_COLUMNS)
    .map((column) =>
      [
        `${column.name} ${column.type}`,
        column.notNull ? 'NOT NULL' : '',
        column.default === undefined ? '' : `DEFAULT ${column.default}`,
        remarks(column.name, sharded, details),
      ]
        .filter((part) => part !== '')
        .join(' '),
    );
  const more = columns.length > MOST_COLUMNS ? [`-- and ${columns.length - MOST_COLUMNS} more columns`] : [];
  return paragraphs(
    `**${escape(schema)}.${escape(name)}**: ${escape(kindOf(relation))}${estimate}`,
    comment && escape(comment),
    lines.length > 0 ? code([...lines, ...more].join('\n')) : undefined,
  );
};

/** What a column is for its table, as a comment behind it. */
const remarks = (
  name: string,
  sharded: ShardedTable | undefined,
  details: RelationDetails | undefined,
): string => {
  const words = [
    sharded?.distributionColumn === name ? 'distribution column' : '',
    details?.primaryKey?.includes(name) ? 'primary key' : '',
    details?.foreignKeys.some(({ columns }) => columns.includes(name)) ? 'foreign key' : '',
  ].filter((word) => word !== '');
  return words.length > 0 ? `-- ${words.join(', ')}` : '';
};

const describeColumn = ({
  of,
  column: { name, column, isDistribution },
}: Extract<Subject, { kind: 'column' }>): string => {
  const type = column ? `${column.type}${column.notNull ? ' NOT NULL' : ''}` : 'column of a query';
  const given = column?.default === undefined ? '' : ` DEFAULT ${column.default}`;
  return paragraphs(
    code(`${of === '' ? '' : `${of}.`}${name} ${column ? type + given : `-- ${type}`}`),
    isDistribution ? 'Distribution column: its hash says which shard a row is in.' : undefined,
    column?.comment && escape(column.comment),
  );
};

/** `f(a integer, b text) → boolean`. */
export const signatureOf = (routine: Routine): string =>
  `${routine.name}(${routine.arguments})${routine.result === undefined ? '' : ` → ${routine.result}`}`;

/** The same of what a server that can't be asked has. */
export const signatureOfDoc = ({ name, parameters, result }: FunctionDoc): string =>
  `${name}(${parameters.map(parameterText).join(', ')}) → ${result}`;

const parameterText = ({ name, type, ...rest }: FunctionDoc['parameters'][number]): string =>
  `${name} ${type}${rest.default === undefined ? '' : ` DEFAULT ${rest.default}`}`;

/** What fits into a line of the editor's description. */
const LINE = 44;

/** A long signature with a line for each parameter. */
const folded = (signature: string): string => {
  if (signature.length <= LINE) return signature;
  let depth = 0;
  let text = '';
  let at = 0;
  for (const { kind, text: token, end } of tokensOf(signature)) {
    if (kind === 'close') depth -= 1;
    const breaks = (kind === 'open' && depth === 0) || (token === ',' && depth === 1);
    if (kind === 'open') depth += 1;
    if (!breaks) continue;
    text += `${signature.slice(at, end).trimStart()}\n  `;
    at = end;
  }
  return text + signature.slice(at).trimStart();
};

/** Overloads of one name are shown up to here. */
const MOST_OVERLOADS = 4;

const describeRoutine = (routines: readonly Routine[], doc: FunctionDoc | undefined): string => {
  const signatures = (routines.length > 0 ? routines.map(signatureOf) : doc ? [signatureOfDoc(doc)] : []).map(
    folded,
  );
  const more = signatures.length - MOST_OVERLOADS;
  const shown = signatures.slice(0, MOST_OVERLOADS).join('\n') + (more > 0 ? `\n-- and ${more} more` : '');
  if (doc) return paragraphs(code(shown), describeDoc(doc));
  const comments = new Set(
    routines.flatMap(({ comment }) => (comment === undefined ? [] : [escape(comment)])),
  );
  return paragraphs(code(shown), [...comments].slice(0, MOST_OVERLOADS).join('\n\n'));
};

const describeDoc = ({ summary, parameters, notes }: FunctionDoc): string =>
  paragraphs(
    summary,
    parameters.map(({ name, text }) => `- \`${name}\`: ${text}`).join('\n'),
    notes.length > 0 ? `**Mind:**\n${notes.map((note) => `- ${note}`).join('\n')}` : undefined,
  );

const describeSetting = ({ name, description, type, unit, value, choices }: Setting): string =>
  paragraphs(
    code(`${name} = ${value}${unit === undefined ? '' : ` -- in units of ${unit}`}`),
    escape(description),
    choices.length > 0 ? `One of ${choices.map((choice) => `\`${choice}\``).join(', ')}.` : `Type: ${type}.`,
  );

const paragraphs = (...parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== '').join('\n\n');

/** Server text in a block that Markdown leaves alone, whatever backticks it has. */
const code = (text: string): string => {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}sql\n${text}\n${fence}`;
};

/** Server text as Markdown shows it literally. */
const escape = (text: string): string => text.replace(/[\\`*_{}[\]()#+\-.!<>|~&$]/g, '\\$&');
