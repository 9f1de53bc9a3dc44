using System.Diagnostics;
using System.Globalization;
using LusPipeline.Buckets.Folder;
using Microsoft.Data.Sqlite;

namespace LusPipeline.Benchmarks;

/// <summary>What it costs that a result and its features survive a power cut: commits and objects with and without waiting for the disk, by turns.</summary>
internal static class SyncBenchmark
{
    private const int Commits = 500;
    private const int Objects = 200;

    /// <summary>Of SQLite: never waits, waits at checkpoints, waits at each commit.</summary>
    private static readonly string[] Modes = ["OFF", "NORMAL", "FULL"];

    /// <summary>The features of one clip: 20 × 2,048 values.</summary>
    private static readonly byte[] Features = new byte[20 * 2048 * sizeof(float)];

    /// <param name="place">A folder on the disk that is measured.</param>
    public static async Task MeasureAsync(string place, int rounds)
    {
        var folder = Path.Combine(place, $"sync-{Environment.ProcessId}");
        Directory.CreateDirectory(folder);
        try
        {
            await MeasureBelowAsync(folder, rounds);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task MeasureBelowAsync(string place, int rounds)
    {
        Random.Shared.NextBytes(Features);
        Console.WriteLine($"on {new DriveInfo(place).DriveFormat}, {place}; milliseconds each, a column a round");
        var commits = Enumerable.Range(0, rounds)
            .SelectMany(round => Modes.Select(mode => (Mode: mode, Time: Commit(Path.Combine(place, $"{mode}{round}.db"), mode)))).ToLookup(commit => commit.Mode, commit => commit.Time);
        foreach (var mode in Modes)
            Print($"commit of a row, synchronous={mode}", commits[mode]);
        var (plain, synced) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            plain.Add(await WriteAsync(index => PlainAsync(Path.Combine(place, $"plain{round}"), index)));
            var work = new WorkFolder(Path.Combine(place, $"synced{round}"));
            synced.Add(await WriteAsync(index => work.PutAsync($"features/{index}/bench-fp32.npy", Features, "", CancellationToken.None)));
        }
        Print("features and sidecar, renamed only", plain);
        Print("features and sidecar, as lus does", synced);
    }

    private static double Commit(string file, string mode)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        Execute($"PRAGMA journal_mode = WAL; PRAGMA synchronous = {mode}; CREATE TABLE rows (id INTEGER PRIMARY KEY, status TEXT); INSERT INTO rows VALUES (1, 'found')");
        var watch = Stopwatch.StartNew();
        for (var index = 0; index < Commits; index++)
            Execute($"UPDATE rows SET status = 'done{index}' WHERE id = 1");
        return watch.Elapsed.TotalMilliseconds / Commits;

        void Execute(string statement)
        {
            using var command = connection.CreateCommand();
            command.CommandText = statement;
            command.ExecuteNonQuery();
        }
    }

    private static async Task PlainAsync(string folder, int index)
    {
        var path = Path.Combine(folder, "features", index.ToString(CultureInfo.InvariantCulture), "bench-fp32.npy");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        foreach (var (file, content) in new[] { (path, Features), (path + ".sidecar", []) })
        {
            await File.WriteAllBytesAsync(file + ".unfinished", content);
            File.Move(file + ".unfinished", file);
        }
    }

    private static async Task<double> WriteAsync(Func<int, Task> write)
    {
        var watch = Stopwatch.StartNew();
        for (var index = 0; index < Objects; index++)
            await write(index);
        return watch.Elapsed.TotalMilliseconds / Objects;
    }

    private static void Print(string what, IEnumerable<double> rounds) =>
        Console.WriteLine($"{what,-36}{string.Concat(rounds.Select(round => round.ToString("F2", CultureInfo.InvariantCulture).PadLeft(8)))}");
}
