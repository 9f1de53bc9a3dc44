using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LusPipeline.Storage.Ledger.Model;

internal sealed class StudyConfiguration : IEntityTypeConfiguration<StudyRow>
{
    public void Configure(EntityTypeBuilder<StudyRow> builder)
    {
        builder.ToTable("studies");
        builder.HasKey(study => study.StudyId);
        builder.HasIndex(study => new { study.Bucket, study.Name }).IsUnique();
        builder.HasIndex(study => new { study.Status, study.CompletableAt });
    }
}
