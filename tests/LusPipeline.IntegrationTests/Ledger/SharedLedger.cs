using System.Collections.Concurrent;
using LusPipeline.Core.Clips;
using LusPipeline.Core.Messages;
using LusPipeline.Core.Studies;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Registers;
using LusPipeline.Ledger.Results;
using LusPipeline.Ledger.Rows;
using LusPipeline.Pipeline.Intake;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace LusPipeline.IntegrationTests.Ledger;

/// <summary>A ledger of its own that several workers share, and the clock that they agree on, which stands until it is moved.</summary>
internal sealed class SharedLedger : IDisposable
{
    public const string Bundle = "b1b1b1b1b1b1b1";
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder? _folder;

    private SharedLedger(Func<LedgerContext> open, string? connectionString, TemporaryFolder? folder)
    {
        (Open, ConnectionString, _folder) = (open, connectionString, folder);
        Results = new(open);
    }

    public Func<LedgerContext> Open { get; }

    /// <summary>PostgreSQL's, as its superuser; null for SQLite.</summary>
    public string? ConnectionString { get; }

    /// <summary>SQLite's, as the home folder of <c>lus run</c>; null for PostgreSQL.</summary>
    public string? Home => _folder?.Path;

    public MovedClock Clock { get; } = new();
    public CountedStatements Statements { get; private init; } = new();
    public ResultReader Results { get; }
    public VideoTarget Target { get; } = new(ClipPlan.Whole(20), Bundle, "fp32");

    /// <summary>Studies that were completed, once for each time.</summary>
    public ConcurrentBag<Guid> Completed { get; } = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<SharedLedger> StartAsync(TestServers servers, LedgerKind kind)
    {
        SharedLedger shared;
        if (kind == LedgerKind.Sqlite)
        {
            var folder = new TemporaryFolder();
            shared = new(await SqliteLedger.OpenAsync(folder["ledger.db"], Cancellation), null, folder);
        }
        else
        {
            shared = Connect(await servers.NewLedgerAsync());
        }
        await new BundleRegister(shared.Open, shared.Clock).RegisterAsync(Bundle, "tiny", "1", 0.5, Cancellation);
        return shared;
    }

    /// <summary>A ledger that there is already, perhaps as another user.</summary>
    public static SharedLedger Connect(string connectionString)
    {
        var statements = new CountedStatements();
        var options = new DbContextOptionsBuilder<PostgresLedgerContext>().UsePostgresLedger(connectionString).AddInterceptors(statements).Options;
        return new(() => new PostgresLedgerContext(options), connectionString, null) { Statements = statements };
    }

    /// <summary>A worker whose heart has beaten once.</summary>
    public async Task<LedgerWorker> JoinAsync()
    {
        var worker = new LedgerWorker(this);
        await worker.BeatAsync();
        return worker;
    }

    public async Task<IReadOnlyList<VideoFound>> ArriveAsync(IReadOnlyCollection<SeenVideo> seen, VideoLimits? limits = null, bool urgent = false)
    {
        var arrivals = new VideoRegister(Open, Clock, new LedgerWorker(this).Lease, Quiet);
        return await arrivals.ArriveAsync([.. seen.Select(video => video with { Urgent = urgent })], Target, limits ?? new VideoLimits(), Cancellation);
    }

    public async Task<VideoFound> ArriveAsync(string key, string content = "00", bool urgent = false) =>
        Assert.Single(await ArriveAsync([Seen(key, content)], urgent: urgent));

    public static SeenVideo Seen(string key, string content = "00") => new("bucket", key, content, "tag", 10);

    public async Task<StudyRow> StudyAsync(string name)
    {
        await using var ledger = Open();
        return await ledger.Studies.AsNoTracking().SingleAsync(study => study.Name == name, Cancellation);
    }

    public async Task<VideoRow> VideoAsync(Guid id)
    {
        await using var ledger = Open();
        return await ledger.Videos.AsNoTracking().SingleAsync(video => video.VideoId == id, Cancellation);
    }

    public async Task<ClipRow> ClipAsync(Guid id)
    {
        await using var ledger = Open();
        return await ledger.Clips.AsNoTracking().SingleAsync(clip => clip.ClipId == id, Cancellation);
    }

    /// <summary>Asks PostgreSQL something that the ledger's own queries do not.</summary>
    /// <param name="row">Reads a row.</param>
    public async Task<List<T>> AskAsync<T>(string sql, Func<NpgsqlDataReader, T> row)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var rows = new List<T>();
        while (await reader.ReadAsync(Cancellation))
            rows.Add(row(reader));
        return rows;
    }

    public void Dispose() => _folder?.Dispose();
}
