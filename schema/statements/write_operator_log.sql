-- name: write_operator_log
-- $1 OS user, $2 command, $3 listener or '' for all, $4 how many, $5 reason or '', $6 detail or ''.
INSERT INTO operator_log (os_user, command, listener, events, reason, detail)
VALUES ($1::text, $2::text, nullif($3::text, ''), $4::bigint, nullif($5::text, ''),
        nullif($6::text, ''))
RETURNING id
