using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LusPipeline.Ledger.Rows;

internal sealed class SpanConfiguration : IEntityTypeConfiguration<SpanRow>
{
    public void Configure(EntityTypeBuilder<SpanRow> builder)
    {
        builder.ToTable("spans");
        builder.HasKey(span => new { span.StudyDay, span.TraceId, span.SpanId });
        builder.HasIndex(span => new { span.StudyId, span.StartedAt });
    }
}
