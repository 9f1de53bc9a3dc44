using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LusPipeline.Ledger.Rows;

internal sealed class ClipConfiguration : IEntityTypeConfiguration<ClipRow>
{
    public void Configure(EntityTypeBuilder<ClipRow> builder)
    {
        builder.ToTable("clips");
        builder.HasKey(clip => new { clip.StudyDay, clip.ClipId });
        builder.HasOne(clip => clip.Video).WithMany().HasForeignKey(clip => clip.VideoId);
        builder.HasIndex(clip => new { clip.VideoId, clip.Generation, clip.ClipIndex });
        builder.HasIndex(clip => new { clip.Status, clip.NotBefore }).HasFilter("status IN ('cut', 'extracted')");
    }
}
