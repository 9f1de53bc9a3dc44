namespace LusPipeline.Tests.Ledger;

/// <summary>What dashboards ask of the views: of one study, of the last day, of the last seven.</summary>
internal sealed class ViewQuestions(LargeLedger large)
{
    public IEnumerable<Question> All()
    {
        var study = BulkLedger.Study(large.Studies / 2);
        var recent = BulkLedger.Study(large.FirstOpen - 100);
        foreach (var sql in new[]
        {
            $"SELECT * FROM study_results WHERE study_id = '{study}'",
            "SELECT * FROM study_results WHERE completed_at > now() - interval '1 day' ORDER BY completed_at DESC LIMIT 100",
            "SELECT * FROM study_results WHERE completed_at > now() - interval '1 day'",
            "SELECT * FROM announced_results WHERE completed_at > now() - interval '1 day'",
            "SELECT date_trunc('day', completed_at), diagnosis, count(*) FROM announced_results WHERE completed_at > now() - interval '7 days' GROUP BY 1, 2",
            "SELECT date_trunc('day', completed_at), diagnosis, count(*) FROM announced_results WHERE completed_at > now() - interval '30 days' GROUP BY 1, 2",
            $"SELECT * FROM video_results WHERE study_id = '{study}'",
            "SELECT * FROM stage_backlog",
            "SELECT * FROM failures_by_reason WHERE finished_on >= current_date - 1",
            "SELECT * FROM failures_by_reason WHERE finished_on >= current_date - 7",
            "SELECT status, reason, sum(videos) FROM failures_by_reason GROUP BY 1, 2",
            "SELECT * FROM throughput WHERE minute > now() - interval '1 day'",
            "SELECT * FROM throughput WHERE minute > now() - interval '7 days'",
            $"SELECT * FROM study_spans WHERE study_id = '{recent}' ORDER BY offset_ms",
            "SELECT * FROM worker_heartbeats",
            $"SELECT * FROM study_names WHERE study_id = '{study}'",
            $"SELECT * FROM video_names WHERE study_id = '{study}'",
        })
        {
            yield return new(sql.Replace($"{study}", "…", StringComparison.Ordinal).Replace($"{recent}", "…", StringComparison.Ordinal), async () => await large.ReadAsync(sql));
        }
    }
}
