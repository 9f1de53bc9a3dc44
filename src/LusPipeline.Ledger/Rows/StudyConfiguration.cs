using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LusPipeline.Ledger.Rows;

internal sealed class StudyConfiguration : IEntityTypeConfiguration<StudyRow>
{
    public void Configure(EntityTypeBuilder<StudyRow> builder)
    {
        builder.ToTable("studies");
        builder.HasKey(study => study.StudyId);
        builder.HasIndex(study => new { study.Bucket, study.Name }).IsUnique();
        builder.HasIndex(study => study.CheckAt).HasFilter("status = 'open'");
        builder.HasIndex(study => study.CompletedAt).HasFilter("announced_revision < revision").HasDatabaseName("ix_studies_unannounced");
    }
}
