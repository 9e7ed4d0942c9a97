-- name: check_constraints
-- A deferred constraint must fail here, where its culprit can still be found, not at COMMIT.
SET CONSTRAINTS ALL IMMEDIATE
