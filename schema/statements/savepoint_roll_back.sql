-- name: savepoint_roll_back
ROLLBACK TO SAVEPOINT :name; RELEASE SAVEPOINT :name
