-- name: savepoint_open
-- Every projection of a transaction meets the same rule, whatever the one before it has set.
SAVEPOINT :name; SET CONSTRAINTS ALL DEFERRED
