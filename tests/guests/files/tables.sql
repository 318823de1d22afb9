CREATE TABLE word(id INTEGER PRIMARY KEY, name TEXT, n INT);
WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 3000)
INSERT INTO word SELECT i, printf('w%05d', i * 7919 % 3001), i * i % 997 FROM c;
CREATE INDEX by_name ON word(name);
SELECT n, count(*) FROM word GROUP BY n ORDER BY 2 DESC, 1 LIMIT 7;
SELECT a.name, b.n FROM word a JOIN word b ON a.id = b.n WHERE b.id < 30 ORDER BY a.name;
UPDATE word SET n = n + 1 WHERE name LIKE 'w000%';
DELETE FROM word WHERE id % 10 = 0;
SELECT round(avg(n), 6), min(name), max(name), group_concat(id) FROM word WHERE id < 40;
SELECT json_object('a', 1, 'b', json_array(1, 2.5)), hex(zeroblob(3)), date(0, 'unixepoch');
SELECT name, n, rank() OVER (ORDER BY n DESC) FROM word LIMIT 5;
EXPLAIN QUERY PLAN SELECT * FROM word WHERE name = 'w00007';
