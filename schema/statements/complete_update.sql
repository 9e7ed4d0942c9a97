-- name: complete_update
SELECT freshet_complete_update($1::uuid[])
