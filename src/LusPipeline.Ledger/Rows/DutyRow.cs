using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LusPipeline.Ledger.Rows;

/// <summary>Something that one worker at a time does for all: watching one prefix, sweeping.</summary>
public sealed class DutyRow
{
    /// <summary><c>sweep</c>, or <c>watch:</c> and the watched prefix.</summary>
    public required string Name { get; set; }

    public Guid? WorkerId { get; set; }

    /// <summary>Another worker may take it from then on.</summary>
    public DateTime LeasedUntil { get; set; }
}

internal sealed class DutyConfiguration : IEntityTypeConfiguration<DutyRow>
{
    public void Configure(EntityTypeBuilder<DutyRow> builder)
    {
        builder.ToTable("duties");
        builder.HasKey(duty => duty.Name);
    }
}
