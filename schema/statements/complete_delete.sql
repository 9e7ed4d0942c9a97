-- name: complete_delete
SELECT freshet_complete_delete($1::uuid[])
