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
  pg_relation_size pg_size_pretty pg_sleep pg_table_size pg_total_relation_size pg_typeof version
  any_value bit_xor covar_pop covar_samp cume_dist range_agg regr_avgx regr_avgy regr_count regr_intercept regr_r2 xmlagg
  acos acosh asin asinh atan atan2 atanh bit_count bit_length cbrt convert convert_from convert_to cos cosd cosh cot
  factorial gcd get_bit get_byte isempty lcm log10 lower_inc lower_inf min_scale normalize num_nonnulls num_nulls
  parse_ident range_merge regexp_count regexp_instr regexp_like regexp_substr scale sha224 sha384 sha512 sin sind sinh
  string_to_table tan tand tanh to_ascii to_hex trim_scale unistr upper_inc upper_inf
  isfinite justify_days justify_hours make_time make_timestamptz
  array_dims array_fill array_lower array_ndims array_positions array_prepend array_replace array_to_json array_upper
  trim_array
  json_array_elements_text json_array_length json_build_array json_each_text json_object json_object_keys
  json_populate_record json_populate_recordset json_strip_nulls json_to_record json_to_recordset json_typeof
  jsonb_array_elements_text jsonb_array_length jsonb_extract_path jsonb_extract_path_text jsonb_insert jsonb_object
  jsonb_path_exists jsonb_path_match jsonb_path_query_array jsonb_path_query_first jsonb_populate_record
  jsonb_populate_recordset jsonb_strip_nulls jsonb_to_record jsonb_to_recordset jsonb_typeof
  abbrev broadcast family host hostmask inet_merge inet_same_family masklen netmask network set_masklen
  phraseto_tsquery plainto_tsquery to_tsquery to_tsvector ts_headline ts_rank ts_rank_cd websearch_to_tsquery
  col_description current_query has_any_column_privilege has_column_privilege has_database_privilege
  has_function_privilege has_schema_privilege has_sequence_privilege inet_client_addr inet_client_port inet_server_addr
  inet_server_port pg_blocking_pids pg_conf_load_time pg_current_wal_insert_lsn pg_encoding_to_char pg_get_expr
  pg_get_function_arguments pg_get_function_identity_arguments pg_get_function_result pg_get_partkeydef pg_get_ruledef
  pg_get_serial_sequence pg_get_triggerdef pg_has_role pg_indexes_size pg_is_wal_replay_paused
  pg_last_wal_receive_lsn pg_last_xact_replay_timestamp pg_my_temp_schema pg_size_bytes pg_table_is_visible
  pg_tablespace_size pg_wal_lsn_diff pg_walfile_name shobj_description to_regclass to_regproc to_regrole to_regtype
  citus_backend_gpid citus_coordinator_nodeid citus_is_coordinator citus_nodename_for_nodeid citus_nodeport_for_nodeid
  citus_version citus_table_size citus_total_relation_size citus_relation_size get_shard_id_for_distribution_column
  `
    .trim()
    .split(/\s+/),
);

/** Whether a function is known not to write, from its name alone. */
export const isReadingFunction = ({ schema, name }: WrittenName): boolean =>
  (schema === undefined || schema === 'pg_catalog') && READING_FUNCTIONS.has(name);
