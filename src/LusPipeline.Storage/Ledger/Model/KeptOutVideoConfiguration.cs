using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LusPipeline.Storage.Ledger.Model;

internal sealed class KeptOutVideoConfiguration : IEntityTypeConfiguration<KeptOutVideoRow>
{
    public void Configure(EntityTypeBuilder<KeptOutVideoRow> builder)
    {
        builder.ToTable("kept_out_videos");
        builder.HasKey(video => video.VideoId);
    }
}
