using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LusPipeline.Ledger.Rows;

internal sealed class BundleConfiguration : IEntityTypeConfiguration<BundleRow>
{
    public void Configure(EntityTypeBuilder<BundleRow> builder)
    {
        builder.ToTable("model_bundles");
        builder.HasKey(bundle => bundle.BundleId);
    }
}
