using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LusPipeline.Ledger.Rows;

/// <summary>A model bundle that made predictions or is to make them.</summary>
public sealed class BundleRow
{
    /// <summary>sha256 of the bundle's inference part, lower-case hex.</summary>
    public required string BundleId { get; set; }

    public required string Name { get; set; }
    public required string Version { get; set; }

    /// <summary>Threshold in 0…1. A result is uncertain if its highest probability is below it.</summary>
    public double Threshold { get; set; }

    public DateTime FirstSeenAt { get; set; }
}

internal sealed class BundleConfiguration : IEntityTypeConfiguration<BundleRow>
{
    public void Configure(EntityTypeBuilder<BundleRow> builder)
    {
        builder.ToTable("model_bundles");
        builder.HasKey(bundle => bundle.BundleId);
    }
}
