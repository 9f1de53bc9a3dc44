using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LusPipeline.Ledger.Rows;

internal sealed class KeptOutVideoConfiguration : IEntityTypeConfiguration<KeptOutVideoRow>
{
    public void Configure(EntityTypeBuilder<KeptOutVideoRow> builder)
    {
        builder.ToTable("kept_out_videos");
        builder.HasKey(video => video.VideoId);
    }
}
