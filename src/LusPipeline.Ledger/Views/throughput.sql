-- Clips predicted, a row a minute and model. Filter on minute: its index answers by the range.
CREATE VIEW throughput AS
SELECT date_bin('1 minute', predicted_at, TIMESTAMPTZ '2000-01-01 00:00:00+00') AS minute, bundle_id, variant, count(*) AS clips
FROM predictions
GROUP BY 1, 2, 3;
