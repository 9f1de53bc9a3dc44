using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LusPipeline.Ledger.Rows;

/// <summary>A move that a person made: who, when, what, and how many. It has ids and counts and no names of studies or videos. A row is never changed or deleted.</summary>
public sealed class AuditRow
{
    /// <summary>Grows from row to row. There may be gaps.</summary>
    public long AuditId { get; set; }

    /// <summary>When it was recorded, by the database's clock, UTC.</summary>
    public DateTime RecordedAt { get; set; }

    /// <summary>Name of the user's account and machine, as the command found them.</summary>
    public required string Person { get; set; }

    /// <summary>The user of PostgreSQL that recorded it, which the command cannot choose. Null in the ledger of <c>lus run</c>.</summary>
    public string? DatabaseUser { get; set; }

    /// <summary>replay, cancel, delete, keep-out or prune.</summary>
    public required string Action { get; set; }

    /// <summary>The study, if the move is about one. It may have been deleted.</summary>
    public Guid? StudyId { get; set; }

    /// <summary>JSON object of the numbers of what was moved, for example <c>{"videos":2,"clips":6}</c>.</summary>
    public required string Counts { get; set; }
}

internal sealed class AuditConfiguration : IEntityTypeConfiguration<AuditRow>
{
    public void Configure(EntityTypeBuilder<AuditRow> builder)
    {
        builder.ToTable("audit");
        builder.HasKey(row => row.AuditId);
    }
}
