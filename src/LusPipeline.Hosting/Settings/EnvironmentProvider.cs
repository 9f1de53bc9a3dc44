using Microsoft.Extensions.Configuration;

namespace LusPipeline.Hosting.Settings;

/// <summary>
/// Settings from environment variables <c>LUS__Section__Key</c>, and from the files that variables <c>LUS__Section__Key__File</c> name. It keeps
/// the names of both. Other variables are ignored.
/// </summary>
internal sealed class EnvironmentProvider : ConfigurationProvider
{
    private readonly Dictionary<string, (string Variable, SettingOrigin Origin)> _given = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<SettingProblem> _problems;

    public EnvironmentProvider(IReadOnlyDictionary<string, string> variables, List<SettingProblem> problems)
    {
        _problems = problems;
        foreach (var (name, value) in variables.OrderBy(variable => variable.Key, StringComparer.Ordinal))
        {
            if (!name.StartsWith(ConfigurationSources.EnvironmentPrefix, StringComparison.OrdinalIgnoreCase))
                continue;
            var key = name[ConfigurationSources.EnvironmentPrefix.Length..].Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal);
            if (SecretFile.KeyOf(key) is { } secret)
                TakeFile(secret, name, value);
            else
                Take(key, name, value, new(SettingOrigin.EnvironmentKind, name));
        }
    }

    public SettingOrigin Origin(string key) => _given[key].Origin;

    private void TakeFile(string key, string variable, string path)
    {
        if (SecretFile.TryRead(path, out var value))
            Take(key, variable, value, new(SettingOrigin.SecretFileKind, path));
        else
            _problems.Add(new(key, new(SettingOrigin.EnvironmentKind, variable), value));
    }

    private void Take(string key, string variable, string value, SettingOrigin origin)
    {
        if (_given.TryGetValue(key, out var other))
        {
            var also = string.Equals(other.Variable, variable, StringComparison.OrdinalIgnoreCase) ? "it too, in other letters" : "it too";
            _problems.Add(new(key, new(SettingOrigin.EnvironmentKind, other.Variable), $"{variable} sets {also}. Remove one of the two."));
        }
        else
        {
            _given[key] = (variable, origin);
        }
        Data[key] = value;
    }
}
