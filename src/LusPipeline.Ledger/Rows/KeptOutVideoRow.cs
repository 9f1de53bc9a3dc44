using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LusPipeline.Ledger.Rows;

/// <summary>A video that a user deleted for good while its original stayed in the bucket. Watchers skip it. Only a hash of it is stored.</summary>
public sealed class KeptOutVideoRow
{
    /// <summary>UUIDv5 of bucket, study, key and content.</summary>
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
