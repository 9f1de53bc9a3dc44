using LusPipeline.IntegrationTests;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace LusPipeline.IntegrationTests;

/// <summary>Starts the classes that take longest first, so that none of them runs alone at the end. <c>tests/run.sh</c> prints which they are.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Longest =
    [
        "Cli.LauncherTests", "Run.RealVideoRunTests", "Ingest.RealVideoTests", "Run.KilledRunTests", "DicomWeb.ArchiveWorkerTests", "Workers.", "Run.", "Notifications.", "Broker.", "Telemetry.",
    ];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => Rank(collection.TestCollectionDisplayName)).ThenBy(collection => collection.TestCollectionDisplayName, StringComparer.Ordinal)];

    /// <summary>A class without a collection of its own is one, which bears its name.</summary>
    private static int Rank(string collection)
    {
        var rank = Array.FindIndex(Longest, name => collection.Contains($"{typeof(LongestFirst).Namespace}.{name}", StringComparison.Ordinal));
        return rank < 0 ? Longest.Length : rank;
    }
}
