-- Videos without a result for good, by the UTC date of the decision.
CREATE VIEW failures_by_reason AS
SELECT (finished_at AT TIME ZONE 'UTC')::date AS finished_on, status, reason, count(*) AS videos
FROM videos
WHERE status IN ('rejected', 'failed', 'cancelled') AND NOT superseded
GROUP BY 1, 2, 3;
