-- name: defer_constraints
-- Every projection of a transaction meets the same rule, whatever the one before it has set.
SET CONSTRAINTS ALL DEFERRED
