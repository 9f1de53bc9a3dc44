-- A row a video, with the result of its newest generation: the arithmetic, and the order of its sums, are ResultReader's.
CREATE VIEW video_results AS
SELECT v.video_id, v.study_id, v.study_day, v.status, v.reason, v.generation,
       v.bundle_id, b.name AS model, b.version AS model_version, v.variant, b.threshold,
       v.frames, mean.clips, mean.covid, mean.pneumonia, mean.healthy, winner.diagnosis, spread.spread,
       winner.probability < b.threshold AS uncertain,
       v.found_at, v.started_at, v.finished_at, split_part(v.trace_parent, '-', 2) AS trace_id
FROM videos v
JOIN model_bundles b ON b.bundle_id = v.bundle_id
LEFT JOIN LATERAL (
    SELECT count(*) AS clips,
           avg(p.covid ORDER BY p.clip_index) AS covid,
           avg(p.pneumonia ORDER BY p.clip_index) AS pneumonia,
           avg(p.healthy ORDER BY p.clip_index) AS healthy,
           array_agg(p.covid ORDER BY p.clip_index) AS covids,
           array_agg(p.pneumonia ORDER BY p.clip_index) AS pneumonias,
           array_agg(p.healthy ORDER BY p.clip_index) AS healthies
    FROM predictions p
    WHERE p.study_day = v.study_day AND p.video_id = v.video_id AND p.generation = v.generation
    HAVING count(*) > 0
) mean ON v.status = 'done'
LEFT JOIN LATERAL (
    SELECT CASE WHEN mean.covid >= mean.pneumonia AND mean.covid >= mean.healthy THEN 'covid'
                WHEN mean.pneumonia >= mean.healthy THEN 'pneumonia' ELSE 'healthy' END AS diagnosis,
           greatest(mean.covid, mean.pneumonia, mean.healthy) AS probability
) winner ON mean.clips > 0
LEFT JOIN LATERAL (
    SELECT sqrt(sum((part.value - winner.probability) * (part.value - winner.probability) ORDER BY part.place) / count(*)) AS spread
    FROM unnest(CASE winner.diagnosis WHEN 'covid' THEN mean.covids WHEN 'pneumonia' THEN mean.pneumonias ELSE mean.healthies END)
        WITH ORDINALITY AS part (value, place)
) spread ON true
WHERE NOT v.superseded;
