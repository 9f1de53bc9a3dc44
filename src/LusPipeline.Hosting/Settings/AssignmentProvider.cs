using Microsoft.Extensions.Configuration;

namespace LusPipeline.Hosting.Settings;

/// <summary>Settings from the command line, <c>Section:Key=value</c>. If a key is set twice, the last value wins.</summary>
internal sealed class AssignmentProvider : ConfigurationProvider
{
    public AssignmentProvider(IReadOnlyList<string> assignments, List<SettingProblem> problems)
    {
        foreach (var assignment in assignments)
        {
            var equals = assignment.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
                Data[assignment[..equals].Trim()] = assignment[(equals + 1)..];
            else
                problems.Add(new("--set", SettingOrigin.CommandLine, "is not an assignment. Give Section:Key=value, for example --set Sweep:Interval=2s."));
        }
    }
}
