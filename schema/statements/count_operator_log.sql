-- name: count_operator_log
-- In the transaction that changes them. $1 the row, $2 how many more.
UPDATE operator_log SET events = events + $2::bigint WHERE id = $1::bigint
