-- A row a study, with what was told of it when it was completed last. Nothing is computed, so many days are quick: study_results has what
-- its predictions say now. failed counts cancelled videos too. Filter on completed_at.
CREATE VIEW announced_results AS
SELECT study_id, study_day, status, announced_revision AS revision, urgent,
       announced_videos AS videos, announced_rejected AS rejected, announced_failed AS failed,
       announced_covid AS covid, announced_pneumonia AS pneumonia, announced_healthy AS healthy,
       CASE WHEN announced_covid IS NULL THEN NULL
            WHEN announced_covid >= announced_pneumonia AND announced_covid >= announced_healthy THEN 'covid'
            WHEN announced_pneumonia >= announced_healthy THEN 'pneumonia' ELSE 'healthy' END AS diagnosis,
       announced_spread AS spread, announced_uncertain AS uncertain,
       first_seen_at, completed_at, split_part(trace_parent, '-', 2) AS trace_id
FROM studies
WHERE announced_revision > 0;
