using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Text;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Rows;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Registers;

/// <summary>Writes a batch of spans in one statement. A span that the table has already is not changed.</summary>
public sealed class SpanWriter(Func<LedgerContext> open)
{
    /// <summary>The largest batch. SQLite allows 32,766 parameters in a statement, https://sqlite.org/limits.html.</summary>
    public const int MaxBatch = 32_766 / ColumnCount;

    private const int ColumnCount = 12;
    private const string Columns =
        "study_day, trace_id, span_id, parent_span_id, study_id, video_id, clip_id, name, started_at, duration_microseconds, reason, attributes";

    /// <param name="spans">At most <see cref="MaxBatch"/> spans.</param>
    /// <exception cref="DbException">The statement failed, and no span of the batch is written.</exception>
    public async Task WriteAsync(IReadOnlyList<SpanRow> spans, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(spans);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(spans.Count, MaxBatch);
        if (spans.Count == 0)
            return;
        await using var ledger = open();
        await ledger.Database.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        await using var command = ledger.Database.GetDbConnection().CreateCommand();
        if (ledger.Database.GetCommandTimeout() is { } seconds)
            command.CommandTimeout = seconds;
        var text = new StringBuilder($"INSERT INTO spans ({Columns}) VALUES ");
        foreach (var span in spans)
        {
            text.Append(command.Parameters.Count == 0 ? "(" : ", (");
            Add(DbType.Date, span.StudyDay);
            Add(DbType.String, span.TraceId);
            Add(DbType.String, span.SpanId);
            Add(DbType.String, span.ParentSpanId);
            Add(DbType.Guid, span.StudyId);
            Add(DbType.Guid, span.VideoId);
            Add(DbType.Guid, span.ClipId);
            Add(DbType.String, span.Name);
            Add(DbType.DateTime, span.StartedAt);
            Add(DbType.Int64, span.DurationMicroseconds);
            Add(DbType.String, span.Reason);
            Add(DbType.String, span.Attributes);
            text[^2] = ')';
            text.Length--;
        }
        command.CommandText = text.Append(" ON CONFLICT DO NOTHING").ToString();
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);

        void Add(DbType type, object? value)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = string.Create(CultureInfo.InvariantCulture, $"@p{command.Parameters.Count}");
            parameter.DbType = type;
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
            text.Append(parameter.ParameterName).Append(", ");
        }
    }
}
