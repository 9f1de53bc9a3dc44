using System.Globalization;

namespace LusPipeline.UnitTests.Fuzzing;

/// <summary>How many damaged inputs a test tries.</summary>
internal static class FuzzCases
{
    /// <param name="usual">The number where the variable LUS_FUZZ_CASES does not say it.</param>
    public static int OrElse(int usual) =>
        Environment.GetEnvironmentVariable("LUS_FUZZ_CASES") is { Length: > 0 } wanted ? int.Parse(wanted, CultureInfo.InvariantCulture) : usual;
}
