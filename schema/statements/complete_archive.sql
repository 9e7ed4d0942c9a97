-- name: complete_archive
SELECT freshet_complete_archive($1::uuid[])
