using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LusPipeline.Ledger.Rows;

/// <summary>The sha256 of a local file as it was at a time, so that a finished folder is not read again.</summary>
public sealed class ContentHashRow
{
    /// <summary>sha256 of the file's path, lower-case hex: the path itself stays out.</summary>
    public required string PathHash { get; set; }

    /// <summary>Bytes.</summary>
    public long Size { get; set; }

    /// <summary>Since 1970, UTC.</summary>
    public long ModifiedNanoseconds { get; set; }

    public long Inode { get; set; }

    /// <summary>Lower-case hex.</summary>
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
