import type { NodeOutcome, RunView } from '../../../contract/results.ts';
import { ServerError, SqlState } from '../../../postgres/errors.ts';
import { isLimited, type ResultLimits } from '../../../postgres/resultLimits.ts';
import type { Session } from '../../../postgres/session.ts';
import { classify } from '../../classify/classify.ts';
import type { CreateResultFile } from '../../results/resultFiles.ts';
import type { Source } from '../../psql/script.ts';
import type { Piece } from '../../splitter/piece.ts';
import { Activity } from '../activity.ts';
import { IN_DOUBT, leavesInDoubt } from '../failure.ts';
import type { FileRun } from '../fileRun.ts';
import { isLimitable, limitView } from '../resultLimit.ts';
import { type Place, RunStatement } from '../runStatement.ts';
import { connectTo, type Server } from '../target.ts';
import { terminate } from '../terminate.ts';
import { findNodesRefusal } from './refusal.ts';
import { RowsByNode } from './rowsByNode.ts';

export interface NodesRunRequest {
  readonly id: number;
  /** The file's name, for people. */
  readonly file: string;
  /** What to run, in order, at least one; offsets and lines are those of the file. */
  readonly pieces: readonly Piece[];
  /** What they are pieces of. */
  readonly source: Source;
  /** Nodes of one cluster, in the order of their rows, at least one. */
  readonly servers: readonly Server[];
  /** Whether somebody has agreed to writes; else the servers refuse them. */
  readonly mayWrite: boolean;
  /** Where the result of a node stops. */
  readonly limits: ResultLimits;
}

/** A node, as long as all statements before have succeeded on it. */
interface Node {
  readonly server: Server;
  session: Session | undefined;
  /** Why it takes no more statements. */
  out: string | undefined;
}

const READ_ONLY =
  'Nothing was written: writes were not allowed for this run. The lock in the list of nodes allows them.';

/**
 * Statements that run on several nodes, each on all of them at once, over connections that end with the run. Each is a
 * transaction of its own on each node. Where a statement fails on a node that node takes none of those that follow; the
 * others go on. The rows are one result, in the order of the nodes.
 */
export class NodesRun implements FileRun {
  readonly id: number;
  readonly file: string;
  readonly statements: readonly RunStatement[];
  readonly #request: NodesRunRequest;
  readonly #createFile: CreateResultFile;
  #activity: Activity | undefined;
  /** Those of the run that goes on. */
  #nodes: readonly Node[] = [];

  /**
   * @param createFile makes a file for a result that is too large for memory
   * @param changed called after each change of a statement's view
   */
  constructor(
    request: NodesRunRequest,
    createFile: CreateResultFile,
    changed: (statement: RunStatement) => void = () => undefined,
  ) {
    this.id = request.id;
    this.file = request.file;
    this.#request = request;
    this.#createFile = createFile;
    const { pieces, source } = request;
    this.statements = pieces.map(
      (piece, id) => new RunStatement(id, { piece, source, depth: 0 }, this.#where, createFile, changed),
    );
  }

  get running(): boolean {
    return this.#activity !== undefined;
  }

  get view(): RunView {
    return {
      id: this.id,
      file: this.file,
      running: this.running,
      statements: this.statements.map(({ view }) => view),
    };
  }

  async run(): Promise<void> {
    const activity = new Activity();
    this.#activity = activity;
    const nodes = this.#request.servers.map((server): Node => ({
      server,
      session: undefined,
      out: undefined,
    }));
    this.#nodes = nodes;
    try {
      const refusal = await findNodesRefusal(this.#request.pieces, this.#request.mayWrite);
      if (refusal) {
        const { index, offset, message, hint } = refusal;
        this.statements[index]?.refuse({ message, hint }, offset);
        return;
      }
      for (const statement of this.statements) {
        if (activity.signal.aborted || nodes.every(({ out }) => out !== undefined)) break;
        await this.#runOne(statement, nodes, activity.signal);
      }
    } finally {
      await Promise.all(nodes.flatMap(({ session }) => session?.close() ?? []));
      this.#activity = undefined;
      this.#nodes = [];
      this.#skipPending();
    }
  }

  cancel(): void {
    this.#activity?.cancel();
  }

  get cancelledFor(): number | undefined {
    return this.#activity?.cancelledFor;
  }

  async terminate(): Promise<'server' | 'here' | undefined> {
    const ended = await Promise.all(
      this.#nodes.flatMap(({ server, session }) =>
        session && !session.closed ? [terminate(server, session)] : [],
      ),
    );
    return ended.includes('here') ? 'here' : ended[0];
  }

  /** Nothing is offered: what failed here and there is not repeated in part. */
  applyRemedy(): Promise<void> {
    return Promise.resolve();
  }

  /** Limits end the results of nodes for good. */
  fetchRest(): Promise<void> {
    return Promise.resolve();
  }

  async close(): Promise<void> {
    this.cancel();
    await Promise.all(this.statements.map((statement) => statement.clear()));
  }

  get #where(): Place {
    const [first] = this.#request.servers;
    const { length } = this.#request.servers;
    return {
      clusterName: first?.clusterName ?? '',
      ...(first?.mark && { mark: first.mark }),
      nodeName: length === 1 ? (first?.nodeName ?? '') : `${length} nodes`,
    };
  }

  #skipPending(): void {
    for (const statement of this.statements) if (statement.view.state === 'pending') statement.skip();
  }

  async #runOne(statement: RunStatement, nodes: readonly Node[], signal: AbortSignal): Promise<void> {
    const began = performance.now();
    const outcomes = nodes.map(({ server }): NodeOutcome => ({
      name: server.nodeName,
      role: '',
      state: 'waiting',
      rowCount: 0,
      elapsedMs: 0,
    }));
    statement.begin(this.#where, '');
    statement.showNodes(outcomes);
    const names = nodes.map(({ server }) => server.nodeName);
    const rows = new RowsByNode(names, statement.sink, this.#createFile);
    await Promise.all(
      nodes.map(async (node, index) => {
        const show = (change: Partial<NodeOutcome>): void => {
          Object.assign(outcomes[index] ?? {}, change);
          statement.showNodes(outcomes);
        };
        await this.#runOn(node, statement, rows, index, show, signal);
        await rows.finish(index);
      }),
    );
    for (const [index, outcome] of outcomes.entries()) {
      const problem = rows.problemOf(index);
      if (problem !== undefined && outcome.state === 'done')
        Object.assign(outcome, { state: 'failed', message: problem });
    }
    await statement.written().catch((error: unknown) => {
      statement.refuse({ message: error instanceof Error ? error.message : String(error) });
    });
    statement.showNodes(outcomes);
    const failed = statement.view.failure !== undefined || outcomes.some(({ state }) => state === 'failed');
    statement.end(signal.aborted ? 'cancelled' : failed ? 'failed' : 'done', performance.now() - began);
  }

  /** Runs a statement on one node; how that went is shown, not thrown. */
  async #runOn(
    node: Node,
    statement: RunStatement,
    rows: RowsByNode,
    index: number,
    show: (change: Partial<NodeOutcome>) => void,
    signal: AbortSignal,
  ): Promise<void> {
    if (node.out !== undefined) {
      show({ state: 'skipped', message: node.out });
      return;
    }
    const began = performance.now();
    let rowCount = 0;
    const { text } = statement.piece;
    const sink = rows.sinkOf(index);
    try {
      const session = (node.session ??= await this.#connect(node.server, signal));
      show({ state: 'running', role: node.server.role(session) });
      const stopNotices = session.onNotice((notice) => {
        statement.note({ ...notice, message: `${node.server.nodeName}: ${notice.message}` });
      });
      try {
        const asked = this.#request.limits;
        const limits = isLimited(asked) && (await isLimitable(session, text)) ? asked : { rows: 0, bytes: 0 };
        const { commandTag, stopped, reached } = await session.execute(
          text,
          {
            columns: (columns) => {
              sink.columns(columns);
            },
            rows: (messages, count) => {
              rowCount += count;
              return sink.rows(messages, count);
            },
          },
          signal,
          { limits },
        );
        show({
          state: stopped ? 'cancelled' : 'done',
          ...(reached === undefined
            ? { commandTag }
            : { message: stoppedAt(limitView(reached, limits, rowCount)) }),
        });
        await session.rest?.giveUp();
      } finally {
        stopNotices();
      }
    } catch (error) {
      node.out = 'Not run here: an earlier statement failed on this node.';
      const inDoubt = node.session && leavesInDoubt(error) && (await this.#mayWrite(text));
      const message = `${this.#inWords(error, node.session)}${inDoubt ? `\n${IN_DOUBT}` : ''}`;
      show(signal.aborted ? { state: 'cancelled' } : { state: 'failed', message });
    }
    show({ rowCount, elapsedMs: performance.now() - began });
  }

  #connect(server: Server, signal: AbortSignal): Promise<Session> {
    const settings = this.#request.mayWrite ? {} : { default_transaction_read_only: 'on' };
    return connectTo(server, `citus-sql ${this.file} (nodes)`, signal, settings);
  }

  async #mayWrite(sql: string): Promise<boolean> {
    return this.#request.mayWrite && (await classify(sql)).mayWrite;
  }

  #inWords(error: unknown, session: Session | undefined): string {
    const message = error instanceof Error ? error.message : String(error);
    if (!(error instanceof ServerError)) return message;
    // A standby refuses writes whatever was agreed to.
    const refused =
      !this.#request.mayWrite && !session?.inHotStandby && error.code === SqlState.readOnlyTransaction;
    const more = [error.detail, error.hint && `Hint: ${error.hint}`, refused ? READ_ONLY : undefined];
    return [`${message} (${error.code})`, ...more]
      .filter((part) => part !== undefined && part !== '')
      .join('\n');
  }
}

const stoppedAt = ({ at, setting }: { at: string; setting: string }): string =>
  `Stopped at ${at}: ${setting}`;
