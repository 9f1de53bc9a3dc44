using LusPipeline.Core.Outcomes;

namespace LusPipeline.Hosting.Settings;

/// <summary>The configuration cannot be used. The message lists everything that is wrong with it, a line each.</summary>
public sealed class ConfigurationException(IReadOnlyList<SettingProblem> problems) : LusException(
    string.Join('\n', problems.Select(problem => $"  {problem}").Prepend(problems.Count == 1 ? "A setting is wrong:" : $"{problems.Count} settings are wrong:")))
{
    public IReadOnlyList<SettingProblem> Problems { get; } = problems;
}
