using System.Text.Json;
using LusPipeline.Ledger.Rows;

namespace LusPipeline.Cli.Output;

/// <summary>One move of a person.</summary>
internal sealed record AuditJson(long Id, DateTime RecordedAt, string Person, string? DatabaseUser, string Action, Guid? StudyId, IReadOnlyDictionary<string, long> Counts)
{
    public static AuditJson From(AuditRow row) => new(
        row.AuditId, row.RecordedAt, row.Person, row.DatabaseUser, row.Action, row.StudyId,
        JsonSerializer.Deserialize(row.Counts, CliJson.Lines.IReadOnlyDictionaryStringInt64)!);
}
