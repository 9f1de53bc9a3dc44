using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LusPipeline.Ledger.Rows;

/// <summary>One span of a study's trace.</summary>
public sealed class SpanRow
{
    public DateOnly StudyDay { get; set; }

    /// <summary>Trace id, 32 hex digits.</summary>
    public required string TraceId { get; set; }

    /// <summary>Span id, 16 hex digits.</summary>
    public required string SpanId { get; set; }

    public string? ParentSpanId { get; set; }
    public Guid StudyId { get; set; }
    public Guid? VideoId { get; set; }
    public Guid? ClipId { get; set; }
    public required string Name { get; set; }
    public DateTime StartedAt { get; set; }
    public long DurationMicroseconds { get; set; }

    /// <summary>A reason code, if the span failed.</summary>
    public string? Reason { get; set; }

    /// <summary>JSON object of the remaining attributes.</summary>
    public string Attributes { get; set; } = "{}";
}

internal sealed class SpanConfiguration : IEntityTypeConfiguration<SpanRow>
{
    public void Configure(EntityTypeBuilder<SpanRow> builder)
    {
        builder.ToTable("spans");
        builder.HasKey(span => new { span.StudyDay, span.TraceId, span.SpanId });
        builder.HasIndex(span => new { span.StudyId, span.StartedAt });
    }
}
