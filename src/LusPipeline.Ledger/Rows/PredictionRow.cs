using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LusPipeline.Ledger.Rows;

/// <summary>The prediction of one clip by one variant of one bundle.</summary>
public sealed class PredictionRow
{
    public DateOnly StudyDay { get; set; }
    public Guid ClipId { get; set; }
    public required string BundleId { get; set; }
    public required string Variant { get; set; }
    public int Generation { get; set; }
    public Guid VideoId { get; set; }

    /// <summary>Position of the clip in its video, from 0.</summary>
    public int ClipIndex { get; set; }

    public double Covid { get; set; }
    public double Pneumonia { get; set; }
    public double Healthy { get; set; }
    public DateTime PredictedAt { get; set; }
}

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
