using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LusPipeline.Ledger.Rows;

internal sealed class ContentHashConfiguration : IEntityTypeConfiguration<ContentHashRow>
{
    public void Configure(EntityTypeBuilder<ContentHashRow> builder)
    {
        builder.ToTable("content_hashes");
        builder.HasKey(hash => hash.PathHash);
    }
}
