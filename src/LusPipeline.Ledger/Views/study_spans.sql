-- Spans of studies' traces, for waterfalls. Filter on study_id.
CREATE VIEW study_spans AS
SELECT study_id, study_day, trace_id, span_id, parent_span_id, video_id, clip_id, name, reason, started_at,
       duration_microseconds / 1000.0 AS duration_ms,
       extract(epoch FROM started_at - min(started_at) OVER (PARTITION BY study_id, trace_id)) * 1000 AS offset_ms,
       attributes
FROM spans;
