using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LusPipeline.Ledger.Rows;

internal sealed class VideoConfiguration : IEntityTypeConfiguration<VideoRow>
{
    public void Configure(EntityTypeBuilder<VideoRow> builder)
    {
        builder.ToTable("videos");
        builder.HasKey(video => video.VideoId);
        builder.HasOne(video => video.Study).WithMany(study => study.Videos).HasForeignKey(video => video.StudyId);
        builder.HasIndex(video => new { video.StudyId, video.ObjectKey });
        builder.HasIndex(video => new { video.Status, video.NotBefore }).HasFilter("status IN ('found', 'cut')");
        builder.HasIndex(video => video.FinishedAt).HasFilter("finished_at IS NOT NULL");
    }
}
