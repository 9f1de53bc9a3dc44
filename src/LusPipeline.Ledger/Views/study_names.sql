-- Names may be a patient's: only for lus_analyst.
CREATE VIEW study_names AS
SELECT study_id, study_day, bucket, name
FROM studies;
