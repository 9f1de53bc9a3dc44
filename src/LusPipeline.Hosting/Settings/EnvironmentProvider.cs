using Microsoft.Extensions.Configuration;

namespace LusPipeline.Hosting.Settings;

/// <summary>Environment variables <c>LUS__Section__Key</c>, with their names kept. No other variable is looked at.</summary>
internal sealed class EnvironmentProvider : ConfigurationProvider
{
    private readonly Dictionary<string, string> _names = new(StringComparer.OrdinalIgnoreCase);

    public EnvironmentProvider(IReadOnlyDictionary<string, string> variables, List<SettingProblem> problems)
    {
        foreach (var (name, value) in variables.OrderBy(variable => variable.Key, StringComparer.Ordinal))
        {
            if (!name.StartsWith(ConfigurationSources.EnvironmentPrefix, StringComparison.OrdinalIgnoreCase))
                continue;
            var key = name[ConfigurationSources.EnvironmentPrefix.Length..].Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal);
            if (!_names.TryAdd(key, name))
                problems.Add(new(key, Origin(key), $"{name} sets it too, in other letters. Remove one of the two."));
            Data[key] = value;
        }
    }

    public SettingOrigin Origin(string key) => new(SettingOrigin.EnvironmentKind, _names[key]);
}
