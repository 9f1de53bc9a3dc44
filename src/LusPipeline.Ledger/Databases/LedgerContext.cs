using LusPipeline.Ledger.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Conventions;

namespace LusPipeline.Ledger.Databases;

/// <summary>The ledger's one model. Each provider has a context of its own only because migrations belong to a context.</summary>
public abstract class LedgerContext(DbContextOptions options) : DbContext(options)
{
    public DbSet<StudyRow> Studies => Set<StudyRow>();
    public DbSet<VideoRow> Videos => Set<VideoRow>();
    public DbSet<ClipRow> Clips => Set<ClipRow>();
    public DbSet<PredictionRow> Predictions => Set<PredictionRow>();
    public DbSet<BundleRow> Bundles => Set<BundleRow>();
    public DbSet<SpanRow> Spans => Set<SpanRow>();
    public DbSet<ContentHashRow> ContentHashes => Set<ContentHashRow>();
    public DbSet<WorkerRow> Workers => Set<WorkerRow>();
    public DbSet<DutyRow> Duties => Set<DutyRow>();
    public DbSet<KeptOutVideoRow> KeptOutVideos => Set<KeptOutVideoRow>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        ArgumentNullException.ThrowIfNull(configurationBuilder);
        configurationBuilder.Properties<DateTime>().HaveConversion<UtcDateTimeConverter>();
        // An index costs every insert, so each has its question.
        configurationBuilder.Conventions.Remove<ForeignKeyIndexConvention>();
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(LedgerContext).Assembly);
    }
}
