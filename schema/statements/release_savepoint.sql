-- name: release_savepoint
RELEASE SAVEPOINT :name
