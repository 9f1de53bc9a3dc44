using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LusPipeline.Ledger.Rows;

internal sealed class PredictionConfiguration : IEntityTypeConfiguration<PredictionRow>
{
    public void Configure(EntityTypeBuilder<PredictionRow> builder)
    {
        builder.ToTable("predictions");
        builder.HasKey(prediction => new
        {
            prediction.StudyDay,
            prediction.ClipId,
            prediction.BundleId,
            prediction.Variant,
            prediction.Generation,
        });
        builder.HasOne<ClipRow>().WithMany().HasForeignKey(prediction => new { prediction.StudyDay, prediction.ClipId });
        builder.HasOne<BundleRow>().WithMany().HasForeignKey(prediction => prediction.BundleId);
        builder.HasIndex(prediction => new { prediction.VideoId, prediction.Generation });
    }
}
