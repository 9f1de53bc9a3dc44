-- What is not finished, a row a stage: videos at ingest, clips at features and sequence. Running is what a worker has started.
CREATE VIEW stage_backlog AS
SELECT stage, unfinished - running AS waiting, running
FROM (
    SELECT 'ingest' AS stage,
           (SELECT count(*) FROM videos WHERE status = 'found') AS unfinished,
           (SELECT count(*) FROM videos WHERE status = 'found' AND worker_id IS NOT NULL) AS running
    UNION ALL
    SELECT 'features',
           (SELECT count(*) FROM clips WHERE status = 'cut'),
           (SELECT count(*) FROM clips WHERE status = 'cut' AND worker_id IS NOT NULL)
    UNION ALL
    SELECT 'sequence',
           (SELECT count(*) FROM clips WHERE status = 'extracted'),
           (SELECT count(*) FROM clips WHERE status = 'extracted' AND worker_id IS NOT NULL)
) stages;
