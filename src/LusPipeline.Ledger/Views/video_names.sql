-- Names may be a patient's: only for lus_analyst.
CREATE VIEW video_names AS
SELECT video_id, study_id, study_day, object_key
FROM videos;
