-- name: adoption_columns
-- The columns of table $1. "keyed": unique by itself, in an index that covers every row.
SELECT a.attname AS name, t.typname AS type, format_type(a.atttypid, a.atttypmod) AS shown,
       a.attnotnull AND EXISTS (
         SELECT FROM pg_index i
          WHERE i.indrelid = a.attrelid AND i.indisunique AND i.indisvalid AND i.indnkeyatts = 1
            AND i.indkey[0] = a.attnum AND i.indpred IS NULL AND i.indimmediate) AS keyed
  FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
 WHERE a.attrelid = to_regclass($1::text) AND a.attnum > 0 AND NOT a.attisdropped;
