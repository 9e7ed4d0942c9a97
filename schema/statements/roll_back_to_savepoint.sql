-- name: roll_back_to_savepoint
ROLLBACK TO SAVEPOINT :name
