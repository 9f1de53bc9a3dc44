using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LusPipeline.Ledger.Rows;

/// <summary>A video that was deleted for good while its original stayed in the bucket: watchers pass it by. Nothing but a hash is known of it.</summary>
public sealed class KeptOutVideoRow
{
    /// <summary>A UUIDv5 of bucket, study, key and content.</summary>
    public Guid VideoId { get; set; }

    public DateTime Since { get; set; }
}

internal sealed class KeptOutVideoConfiguration : IEntityTypeConfiguration<KeptOutVideoRow>
{
    public void Configure(EntityTypeBuilder<KeptOutVideoRow> builder)
    {
        builder.ToTable("kept_out_videos");
        builder.HasKey(video => video.VideoId);
    }
}
