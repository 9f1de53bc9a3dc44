using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LusPipeline.Ledger.Rows;

/// <summary>The sha256 of a local file at a point in time. It spares reading files again that have not changed.</summary>
public sealed class ContentHashRow
{
    /// <summary>sha256 of the file's path, lower-case hex. The path itself is not stored.</summary>
    public required string PathHash { get; set; }

    /// <summary>Size in bytes.</summary>
    public long Size { get; set; }

    /// <summary>Time of the last write in nanoseconds since 1970, UTC.</summary>
    public long ModifiedNanoseconds { get; set; }

    public long Inode { get; set; }

    /// <summary>sha256 of the content, lower-case hex.</summary>
    public required string Sha256 { get; set; }
}

internal sealed class ContentHashConfiguration : IEntityTypeConfiguration<ContentHashRow>
{
    public void Configure(EntityTypeBuilder<ContentHashRow> builder)
    {
        builder.ToTable("content_hashes");
        builder.HasKey(hash => hash.PathHash);
    }
}
