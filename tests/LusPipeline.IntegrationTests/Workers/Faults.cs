using System.Globalization;

namespace LusPipeline.IntegrationTests.Workers;

/// <summary>How faults are made: <c>LUS_FAULT_SEED</c> sets the random moments, <c>LUS_FAULT_OUTAGE</c> the length of outages in seconds.</summary>
internal static class Faults
{
    public static readonly int Seed = Number("LUS_FAULT_SEED", 20261);

    /// <summary>How often a worker is killed in one test. With a seed, which <c>run.sh --faults</c> sets, it is killed at more moments.</summary>
    public static int Kills => HasSeed ? 7 : 3;

    /// <summary>Why an experiment that is too costly for every run of the tests is skipped.</summary>
    public const string OnlyWithSeed = "tests/run.sh --faults N runs this.";

    /// <summary>Whether <c>run.sh --faults</c> runs the tests.</summary>
    public static readonly bool HasSeed = Environment.GetEnvironmentVariable("LUS_FAULT_SEED") is not null;

    public static readonly TimeSpan Outage = TimeSpan.FromSeconds(Number("LUS_FAULT_OUTAGE", 8));

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
