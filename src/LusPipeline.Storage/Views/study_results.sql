-- A row a study, with the mean over its videos' results as they are now: the arithmetic, and the order of its sums, are ResultReader's.
CREATE VIEW study_results AS
SELECT s.study_id, s.study_day, s.status, s.revision, s.urgent,
       mean.videos, mean.done, mean.rejected, mean.failed, mean.cancelled,
       mean.videos - mean.done - mean.rejected - mean.failed - mean.cancelled AS unfinished, mean.clips,
       mean.covid, mean.pneumonia, mean.healthy, winner.diagnosis, spread.spread, winner.probability < mean.threshold AS uncertain,
       s.first_seen_at, s.completed_at, split_part(s.trace_parent, '-', 2) AS trace_id
FROM studies s
CROSS JOIN LATERAL (
    SELECT count(*) AS videos,
           count(*) FILTER (WHERE r.status = 'done') AS done,
           count(*) FILTER (WHERE r.status = 'rejected') AS rejected,
           count(*) FILTER (WHERE r.status = 'failed') AS failed,
           count(*) FILTER (WHERE r.status = 'cancelled') AS cancelled,
           sum(r.clips)::bigint AS clips,
           max(r.threshold) FILTER (WHERE r.clips > 0) AS threshold,
           avg(r.covid ORDER BY v.object_key COLLATE "C") AS covid,
           avg(r.pneumonia ORDER BY v.object_key COLLATE "C") AS pneumonia,
           avg(r.healthy ORDER BY v.object_key COLLATE "C") AS healthy,
           array_agg(r.covid ORDER BY v.object_key COLLATE "C") FILTER (WHERE r.clips > 0) AS covids,
           array_agg(r.pneumonia ORDER BY v.object_key COLLATE "C") FILTER (WHERE r.clips > 0) AS pneumonias,
           array_agg(r.healthy ORDER BY v.object_key COLLATE "C") FILTER (WHERE r.clips > 0) AS healthies
    FROM video_results r
    JOIN videos v ON v.video_id = r.video_id
    WHERE r.study_id = s.study_id
) mean
LEFT JOIN LATERAL (
    SELECT CASE WHEN mean.covid >= mean.pneumonia AND mean.covid >= mean.healthy THEN 'covid'
                WHEN mean.pneumonia >= mean.healthy THEN 'pneumonia' ELSE 'healthy' END AS diagnosis,
           greatest(mean.covid, mean.pneumonia, mean.healthy) AS probability
) winner ON mean.clips > 0
LEFT JOIN LATERAL (
    SELECT sqrt(sum((part.value - winner.probability) * (part.value - winner.probability) ORDER BY part.place) / count(*)) AS spread
    FROM unnest(CASE winner.diagnosis WHEN 'covid' THEN mean.covids WHEN 'pneumonia' THEN mean.pneumonias ELSE mean.healthies END)
        WITH ORDINALITY AS part (value, place)
) spread ON true;
