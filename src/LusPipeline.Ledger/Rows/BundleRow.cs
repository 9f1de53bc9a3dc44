using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LusPipeline.Ledger.Rows;

/// <summary>A model bundle that made or is to make predictions.</summary>
public sealed class BundleRow
{
    /// <summary>sha256 of its inference part, lower-case hex.</summary>
    public required string BundleId { get; set; }

    public required string Name { get; set; }
    public required string Version { get; set; }

    /// <summary>A result whose highest probability is below it is uncertain.</summary>
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
