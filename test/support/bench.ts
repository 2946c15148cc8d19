/** One measured number. A file test/bench/*.bench.ts exports `name: string` and `run(): Promise<BenchResult[]>`. */
export interface BenchResult {
  readonly label: string;
  readonly value: number;
  /** Such as `ms` or `MB`. Less is better. */
  readonly unit: string;
  /** The same unit: what something comparable took in the same minute. */
  readonly reference?: number;
  /** The largest `value` that passes; with a reference, the largest `value / reference`. */
  readonly limit?: number;
}
