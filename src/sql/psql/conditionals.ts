/** One `\if`: whether a branch of it was taken, whether this one is, and whether its `\else` has come. */
interface Block {
  /** Whether the branch around it is active. */
  readonly reachable: boolean;
  active: boolean;
  taken: boolean;
  else: boolean;
}

/** What went wrong with a conditional's command, for people. */
export class ConditionalError extends Error {
  override readonly name = 'ConditionalError';
}

/** psql's nested `\if … \elif … \else … \endif`. */
export class Conditionals {
  readonly #blocks: Block[] = [];

  /** Whether what follows is to be run. */
  get active(): boolean {
    return this.#blocks.at(-1)?.active ?? true;
  }

  get depth(): number {
    return this.#blocks.length;
  }

  /**
   * Whether the command's expression counts. psql neither expands variables in one that doesn't, nor complains of it.
   * @param name `\if` or `\elif`
   */
  evaluates(name: string): boolean {
    if (name === '\\if') return this.active;
    const block = this.#blocks.at(-1);
    return block !== undefined && block.reachable && !block.taken;
  }

  /** @param condition of no account where `evaluates` says no */
  if(condition: boolean): void {
    const reachable = this.active;
    const active = reachable && condition;
    this.#blocks.push({ reachable, active, taken: active, else: false });
  }

  /** @throws ConditionalError where there is no `\if` to go on with */
  elif(condition: boolean): void {
    const block = this.#open('\\elif');
    block.active = block.reachable && !block.taken && condition;
    block.taken ||= block.active;
  }

  /** @throws ConditionalError */
  else(): void {
    const block = this.#open('\\else');
    block.active = block.reachable && !block.taken;
    block.taken ||= block.active;
    block.else = true;
  }

  /** @throws ConditionalError */
  endif(): void {
    if (!this.#blocks.pop()) throw new ConditionalError('\\endif has no \\if before it.');
  }

  #open(name: string): Block {
    const block = this.#blocks.at(-1);
    if (!block) throw new ConditionalError(`${name} has no \\if before it.`);
    if (block.else) throw new ConditionalError(`${name} can't come after \\else.`);
    return block;
  }
}
