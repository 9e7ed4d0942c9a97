-- The jobs $1 to $2 of a backlog: about 330 bytes each, over 20,000 keys.
SELECT 'INC' || lpad((n % 20000)::text, 7, '0') AS key,
       json_build_object('number', 'INC' || lpad((n % 20000)::text, 7, '0'), 'state', 'Active',
                         'assignment_group', 'Group ' || n % 70, 'assigned_to', 'Resolver ' || n,
                         'priority', '3 - Moderate', 'at', clock_timestamp(),
                         'note', repeat('x', 120))::text AS payload
  FROM generate_series($1::int, $2::int) n
