/** A parameter of a function that a sharding offers. */
export interface ParameterDoc {
  readonly name: string;
  /** As the server prints it. */
  readonly type: string;
  /** The expression that it is where it is left out; absent where it must be given. */
  readonly default?: string;
  readonly text: string;
}

/** What a person should know of a function before calling it. */
export interface FunctionDoc {
  readonly schema: string;
  readonly name: string;
  readonly parameters: readonly ParameterDoc[];
  readonly result: string;
  /** What it does, in a sentence or two of Markdown. */
  readonly summary: string;
  /** What to mind. */
  readonly notes: readonly string[];
}

/** @param value its default, where it has one */
export const parameter = (name: string, type: string, text: string, value?: string): ParameterDoc => ({
  name,
  type,
  text,
  ...(value !== undefined && { default: value }),
});
