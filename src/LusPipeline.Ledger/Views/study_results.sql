-- A row a study, with the mean over its videos' results as they are now: the arithmetic, and the order of its sums (by id), are ResultReader's.
CREATE OR REPLACE VIEW study_results AS
SELECT s.study_id, s.study_day, s.status, s.revision, s.urgent,
       mean.videos, mean.done, mean.rejected, mean.failed, mean.cancelled,
       mean.videos - mean.done - mean.rejected - mean.failed - mean.cancelled AS unfinished, mean.clips,
       mean.covid, mean.pneumonia, mean.healthy, winner.diagnosis, spread.spread, winner.probability < mean.threshold AS uncertain,
       s.first_seen_at, s.completed_at, split_part(s.trace_parent, '-', 2) AS trace_id
FROM studies s
CROSS JOIN LATERAL (
    SELECT count(*) AS videos,
           count(*) FILTER (WHERE v.status = 'done') AS done,
           count(*) FILTER (WHERE v.status = 'rejected') AS rejected,
           count(*) FILTER (WHERE v.status = 'failed') AS failed,
           count(*) FILTER (WHERE v.status = 'cancelled') AS cancelled,
           sum(r.clips)::bigint AS clips,
           max(b.threshold) FILTER (WHERE r.clips > 0) AS threshold,
           avg(r.covid ORDER BY v.video_id) AS covid,
           avg(r.pneumonia ORDER BY v.video_id) AS pneumonia,
           avg(r.healthy ORDER BY v.video_id) AS healthy,
           array_agg(r.covid ORDER BY v.video_id) FILTER (WHERE r.clips > 0) AS covids,
           array_agg(r.pneumonia ORDER BY v.video_id) FILTER (WHERE r.clips > 0) AS pneumonias,
           array_agg(r.healthy ORDER BY v.video_id) FILTER (WHERE r.clips > 0) AS healthies
    FROM videos v
    JOIN model_bundles b ON b.bundle_id = v.bundle_id
    LEFT JOIN LATERAL (
        SELECT count(*) AS clips,
               avg(p.covid ORDER BY p.clip_index) AS covid,
               avg(p.pneumonia ORDER BY p.clip_index) AS pneumonia,
               avg(p.healthy ORDER BY p.clip_index) AS healthy
        FROM predictions p
        WHERE p.study_day = v.study_day AND p.video_id = v.video_id AND p.generation = v.generation
        HAVING count(*) > 0
    ) r ON v.status = 'done'
    WHERE v.study_id = s.study_id AND NOT v.superseded
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
