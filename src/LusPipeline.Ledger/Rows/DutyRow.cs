using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LusPipeline.Ledger.Rows;

/// <summary>A duty that one worker at a time performs for all: watching one prefix, or sweeping.</summary>
public sealed class DutyRow
{
    /// <summary><c>sweep</c>, or <c>watch:</c> followed by the watched prefix.</summary>
    public required string Name { get; set; }

    public Guid? WorkerId { get; set; }

    /// <summary>Another worker may take the duty from this time (UTC) on.</summary>
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
