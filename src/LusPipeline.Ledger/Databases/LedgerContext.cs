using LusPipeline.Ledger.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Conventions;

namespace LusPipeline.Ledger.Databases;

/// <summary>The model of the ledger. There is one context for each provider only because migrations belong to a context.</summary>
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
    public DbSet<AuditRow> Audit => Set<AuditRow>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        ArgumentNullException.ThrowIfNull(configurationBuilder);
        configurationBuilder.Properties<DateTime>().HaveConversion<UtcDateTimeConverter>();
        // Every index makes inserts slower, so there are only those that a query needs.
        configurationBuilder.Conventions.Remove<ForeignKeyIndexConvention>();
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(LedgerContext).Assembly);
    }
}
