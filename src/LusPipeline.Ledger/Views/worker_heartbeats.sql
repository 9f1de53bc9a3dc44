-- Workers that have not left; one that is silent for longer than Lease:Duration is dead.
CREATE VIEW worker_heartbeats AS
SELECT worker_id, stages, host, process_id, version, provider, started_at, heartbeat_at,
       extract(epoch FROM clock_timestamp() - heartbeat_at) AS silent_seconds
FROM workers;
