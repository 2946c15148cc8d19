import type { WrittenName } from './tree.ts';

/**
 * PostgreSQL's functions that statements use most, and that write nothing (PostgreSQL manual, chapter 9 "Functions and
 * Operators"). What isn't among them is unknown without a catalog, and so may write.
 */
const READING_FUNCTIONS = new Set(
  `
  array_agg avg bit_and bit_or bool_and bool_or corr count dense_rank every first_value grouping json_agg
  json_object_agg jsonb_agg jsonb_object_agg lag last_value lead max min mode nth_value ntile percent_rank
  percentile_cont percentile_disc rank regr_slope row_number stddev stddev_pop stddev_samp string_agg sum
  var_pop var_samp variance
  abs ascii btrim ceil ceiling char_length chr concat concat_ws degrees div encode decode exp floor format greatest
  hashtext initcap least left length ln log lower lpad ltrim md5 mod octet_length overlay pi position power quote_ident
  quote_literal quote_nullable radians random regexp_match regexp_matches regexp_replace regexp_split_to_array
  regexp_split_to_table repeat replace reverse right round rpad rtrim sha256 sign split_part sqrt starts_with strpos
  substr substring translate trim trunc upper width_bucket gen_random_uuid
  age clock_timestamp date_bin date_part date_trunc extract justify_interval make_date make_interval make_timestamp now
  statement_timestamp timeofday to_char to_date to_number to_timestamp transaction_timestamp timezone
  array_append array_cat array_length array_position array_remove array_to_string cardinality generate_series
  generate_subscripts string_to_array unnest
  json_array_elements json_build_object json_each json_extract_path json_extract_path_text jsonb_array_elements
  jsonb_build_array jsonb_build_object jsonb_each jsonb_each_text jsonb_object_keys jsonb_path_query jsonb_pretty
  jsonb_set row_to_json to_json to_jsonb
  current_database current_schema current_schemas current_setting format_type has_table_privilege obj_description
  pg_backend_pid pg_column_size pg_current_wal_lsn pg_database_size pg_get_constraintdef pg_get_functiondef
  pg_get_indexdef pg_get_userbyid pg_get_viewdef pg_is_in_recovery pg_last_wal_replay_lsn pg_postmaster_start_time
  pg_relation_size pg_size_pretty pg_sleep pg_table_size pg_total_relation_size pg_typeof to_regclass version
  citus_version citus_table_size citus_total_relation_size citus_relation_size get_shard_id_for_distribution_column
  `
    .trim()
    .split(/\s+/),
);

/** Whether a function is known not to write, from its name alone. */
export const isReadingFunction = ({ schema, name }: WrittenName): boolean =>
  (schema === undefined || schema === 'pg_catalog') && READING_FUNCTIONS.has(name);
