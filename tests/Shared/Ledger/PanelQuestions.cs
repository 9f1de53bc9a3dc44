namespace LusPipeline.Tests.Ledger;

/// <summary>What the panels of Grafana's dashboards ask.</summary>
internal sealed class PanelQuestions(LargeLedger large)
{
    /// <summary>Over the time that each dashboard opens with.</summary>
    public IEnumerable<Question> All() => PanelQuery.All().Select(query => new Question($"panel of {query.Panel}", async () => await large.ReadAsync(Sql(query, query.Range))));

    /// <summary>Those whose answer depends on the time that somebody chooses, over all of the ledger's.</summary>
    public IEnumerable<Question> OverYear() =>
        from query in PanelQuery.All()
        let sql = Sql(query, TimeSpan.FromDays(365))
        where sql != Sql(query, TimeSpan.FromDays(1))
        select new Question($"a year's panel of {query.Panel}", async () => await large.ReadAsync(sql));

    private string Sql(PanelQuery query, TimeSpan range)
    {
        var today = DateTime.UtcNow.Date;
        return query.Expand(today - range, today.AddDays(1), BulkLedger.Study(large.FirstOpen - 100));
    }
}
