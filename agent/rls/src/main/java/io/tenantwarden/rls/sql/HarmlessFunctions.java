package io.tenantwarden.rls.sql;

import java.util.HashMap;
import java.util.Map;

/**
 * Functions of {@code pg_catalog} and {@code information_schema} that were reviewed and neither run SQL of their own, nor read a table, file or large
 * object, nor change how rows are filtered; and the words that may stand before a parenthesis without being a function.
 *
 * <p>Left out on purpose, among others: {@code query_to_xml}, {@code table_to_xml}, {@code cursor_to_xml} and their
 * kind, {@code ts_stat}, {@code ts_rewrite} (run SQL), {@code lo_*}, {@code pg_read_file}, {@code pg_ls_*} (read what no
 * policy filters), {@code pg_logical_*}, {@code pg_replication_*} (decode rows), {@code pg_mcv_list_items} (shows values).
 */
public final class HarmlessFunctions {

    /** Not reviewed, or a function of the application. */
    public static final int UNKNOWN = 0;

    static final int HARMLESS = 1;
    /** {@code set_config}. */
    static final int SET_CONFIG = 2;
    /** {@code extract}, {@code trim} and the others whose arguments may be written with FROM; harmless. */
    static final int WITH_FROM = 3;
    /** {@code graph_table}, whose first argument is a relation; harmless. */
    static final int GRAPH = 4;
    /** Syntax where an operand has ended, else not reviewed. */
    static final int AFTER_OPERAND = 5;

    private static final String SYNTAX = """
            all and any array as asymmetric between bigint boolean by case cast character check coalesce collate
            constraint cube current_catalog current_date current_role current_time current_timestamp decimal
            default distinct do double else end except exists fetch float for from greatest grouping groups
            having ilike in insert int integer intersect into is json_array json_arrayagg json_exists
            json_objectagg json_query json_scalar json_serialize json_table json_value lateral least left like
            limit localtime localtimestamp merge_action nchar not nullif offset on only operator or order
            position precision primary real return returning right rollup row select similar smallint some table
            then to treat union unique update using values when where window with xmlattributes xmlcast
            xmlconcat xmlelement xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable""";

    /** Names of functions as well, where an operand may begin. */
    private static final String SYNTAX_AFTER_OPERAND = "columns escape filter over passing set sets varying";

    private static final String REVIEWED = """
            _pg_expandarray _pg_index_position _pg_keysequal abbrev abs acldefault aclexplode acos acosd acosh age any_value area array_agg array_dims array_fill
            array_length array_lower array_ndims array_position array_positions array_remove array_replace
            array_reverse array_sample array_shuffle array_sort array_to_json array_to_string array_to_tsvector
            array_upper ascii asin asind asinh atan atan2 atan2d atand atanh avg bit bit_and bit_count bit_length
            bit_or bit_xor bool bool_and bool_or box bpchar broadcast btrim bytea cardinality casefold cash_words
            cbrt ceil ceiling center char char_length character_length chr cidr circle clock_timestamp
            col_description concat concat_ws convert convert_from convert_to corr cos cosd cosh cot cotd count
            covar_pop covar_samp crc32 crc32c cume_dist current_database current_query current_schema
            current_schemas current_setting current_user currval date date_add date_bin date_part date_subtract
            date_trunc datemultirange daterange decode degrees dense_rank diagonal diameter div encode enum_first
            enum_last enum_range erf erfc every exp factorial family first_value float4 float8 floor format
            format_type gamma gcd gen_random_uuid generate_series generate_subscripts get_bit get_byte
            get_current_ts_config getdatabaseencoding has_any_column_privilege has_column_privilege
            has_database_privilege has_foreign_data_wrapper_privilege has_function_privilege has_language_privilege
            has_largeobject_privilege has_parameter_privilege has_schema_privilege has_sequence_privilege
            has_server_privilege has_table_privilege has_tablespace_privilege has_type_privilege height host
            hostmask icu_unicode_version inet inet_client_addr inet_client_port inet_server_addr inet_server_port
            initcap int2 int4 int4multirange int4range int8 int8multirange int8range interval is_normalized isclosed
            isempty isfinite ishorizontal isopen isparallel isperp isvertical json json_agg json_agg_strict
            json_array_elements json_array_elements_text json_array_length json_build_array json_build_object
            json_each json_each_text json_object json_object_agg json_object_agg_strict json_object_agg_unique
            json_object_agg_unique_strict json_object_keys json_populate_record json_populate_recordset
            json_strip_nulls json_to_record json_to_recordset json_to_tsvector json_typeof jsonb jsonb_agg
            jsonb_agg_strict jsonb_array_elements jsonb_array_elements_text jsonb_array_length jsonb_build_array
            jsonb_build_object jsonb_each jsonb_each_text jsonb_insert jsonb_object jsonb_object_agg
            jsonb_object_agg_strict jsonb_object_agg_unique jsonb_object_agg_unique_strict jsonb_object_keys
            jsonb_path_exists jsonb_path_exists_tz jsonb_path_match jsonb_path_match_tz jsonb_path_query
            jsonb_path_query_array jsonb_path_query_array_tz jsonb_path_query_first jsonb_path_query_first_tz
            jsonb_path_query_tz jsonb_populate_record jsonb_populate_record_valid jsonb_populate_recordset
            jsonb_pretty jsonb_set jsonb_set_lax jsonb_strip_nulls jsonb_to_record jsonb_to_recordset
            jsonb_to_tsvector jsonb_typeof justify_days justify_hours justify_interval lag last_value lastval lcm
            lead left length lgamma like line ln log log10 lower lower_inc lower_inf lpad lseg ltrim macaddr
            macaddr8_set7bit make_date make_interval make_time make_timestamp make_timestamptz masklen max md5 min
            min_scale mod mode money multirange name netmask network nextval normalize notlike now npoints nth_value
            ntile num_nonnulls num_nulls numeric numeric_div_trunc nummultirange numnode numrange obj_description
            octet_length oid oidvectortypes overlaps parse_ident percent_rank percentile_cont percentile_disc
            pg_advisory_lock pg_advisory_lock_shared pg_advisory_unlock pg_advisory_unlock_all
            pg_advisory_unlock_shared pg_advisory_xact_lock pg_advisory_xact_lock_shared
            pg_available_extension_versions pg_available_extensions pg_backend_pid pg_blocking_pids
            pg_cancel_backend pg_char_to_encoding pg_client_encoding pg_collation_actual_version pg_collation_for
            pg_column_compression pg_column_is_updatable pg_column_size pg_column_toast_chunk_id pg_conf_load_time
            pg_current_snapshot pg_current_wal_flush_lsn pg_current_wal_insert_lsn pg_current_wal_lsn
            pg_current_xact_id pg_current_xact_id_if_assigned pg_database_collation_actual_version pg_database_size
            pg_encoding_max_length pg_encoding_to_char pg_function_is_visible pg_get_constraintdef pg_get_expr
            pg_get_function_arg_default pg_get_function_arguments pg_get_function_identity_arguments
            pg_get_function_result pg_get_function_sqlbody pg_get_functiondef pg_get_indexdef pg_get_keywords
            pg_get_partition_constraintdef pg_get_partkeydef pg_get_ruledef pg_get_serial_sequence
            pg_get_statisticsobjdef pg_get_statisticsobjdef_columns pg_get_statisticsobjdef_expressions
            pg_get_triggerdef pg_get_userbyid pg_get_viewdef pg_has_role pg_indexes_size pg_is_in_recovery
            pg_is_other_temp_schema pg_is_wal_replay_paused pg_last_wal_receive_lsn pg_last_wal_replay_lsn
            pg_last_xact_replay_timestamp pg_listening_channels pg_lsn pg_my_temp_schema pg_notification_queue_usage
            pg_notify pg_partition_ancestors pg_partition_root pg_partition_tree pg_postmaster_start_time
            pg_relation_is_publishable pg_relation_is_updatable pg_relation_size pg_sequence_last_value
            pg_sequence_parameters pg_size_bytes pg_size_pretty pg_sleep pg_sleep_for pg_sleep_until pg_snapshot_xip
            pg_snapshot_xmax pg_snapshot_xmin pg_stat_get_activity pg_stat_get_snapshot_timestamp
            pg_table_is_visible pg_table_size pg_terminate_backend pg_timezone_names pg_total_relation_size
            pg_trigger_depth pg_try_advisory_lock pg_try_advisory_lock_shared pg_try_advisory_xact_lock
            pg_try_advisory_xact_lock_shared pg_type_is_visible pg_typeof pg_visible_in_snapshot pg_wal_lsn_diff
            pg_xact_status phraseto_tsquery pi plainto_tsquery point polygon position pow power quote_ident
            quote_literal quote_nullable radians radius random random_normal range_agg range_intersect_agg
            range_merge rank regclass regexp_count regexp_instr regexp_like regexp_match regexp_matches
            regexp_replace regexp_split_to_array regexp_split_to_table regexp_substr regr_avgx regr_avgy regr_count
            regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy regtype repeat replace reverse right round
            row_number row_security_active row_to_json rpad rtrim scale session_user set_bit set_byte set_masklen
            setval setweight sha224 sha256 sha384 sha512 shobj_description sign similar_escape similar_to_escape sin
            sind sinh slope split_part sqrt statement_timestamp stddev stddev_pop stddev_samp string_agg
            string_to_array string_to_table strip strpos substr sum system_user tan tand tanh text time timeofday
            timestamp timestamptz timetz timezone to_ascii to_bin to_char to_date to_hex to_json to_jsonb to_number
            to_oct to_regclass to_regcollation to_regnamespace to_regoper to_regoperator to_regproc to_regprocedure
            to_regrole to_regtype to_regtypemod to_timestamp to_tsquery to_tsvector transaction_timestamp translate
            trim_array trim_scale trunc ts_debug ts_delete ts_filter ts_headline ts_lexize ts_parse ts_rank
            ts_rank_cd ts_token_type tsmultirange tsquery_phrase tsrange tstzmultirange tstzrange tsvector_to_array
            txid_current txid_current_if_assigned txid_current_snapshot txid_snapshot_xip txid_snapshot_xmax
            txid_snapshot_xmin txid_status txid_visible_in_snapshot unicode_assigned unicode_version unistr unnest
            upper upper_inc upper_inf uuid uuid_extract_timestamp uuid_extract_version uuidv4 uuidv7 var_pop
            var_samp varbit varchar variance version websearch_to_tsquery width width_bucket xml xml_is_well_formed
            xml_is_well_formed_content xml_is_well_formed_document xmlagg xmlcomment xmlexists xmltext xpath
            xpath_exists""";

    private static final WordTable NAMES = new WordTable(entries());

    private HarmlessFunctions() {}

    private static Map<String, Integer> entries() {
        Map<String, Integer> m = new HashMap<>();
        for (String name : (SYNTAX + " " + REVIEWED).strip().split("\\s+")) {
            m.put(name, HARMLESS);
        }
        for (String name : SYNTAX_AFTER_OPERAND.split(" ")) {
            m.put(name, AFTER_OPERAND);
        }
        m.put("set_config", SET_CONFIG);
        m.put("graph_table", GRAPH);
        for (String name : new String[] {"extract", "trim", "substring", "overlay"}) {
            m.put(name, WITH_FROM);
        }
        return m;
    }

    /** What is known of the function whose unqualified name is {@code text[start, end)}. */
    public static int code(String text, int start, int end) {
        return NAMES.get(text, start, end);
    }
}
