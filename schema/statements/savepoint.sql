-- name: savepoint
SAVEPOINT :name
