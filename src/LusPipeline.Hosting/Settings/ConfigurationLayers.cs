using Microsoft.Extensions.Configuration;

namespace LusPipeline.Hosting.Settings;

/// <summary>Merges the sources of settings. Values are not checked here, only that the sources can be read.</summary>
internal static class ConfigurationLayers
{
    /// <summary>Every key that any source gives, ordered by key, with the winning value and its source.</summary>
    /// <param name="path">The file to read; null for none.</param>
    public static IEnumerable<(string Key, string? Value, SettingOrigin Origin)> Read(
        ConfigurationSources sources, string? path, List<SettingProblem> problems)
    {
        var file = new FileProvider(path, sources.File ?? ConfigurationSources.DefaultFile, problems);
        var environment = new EnvironmentProvider(sources.Environment, problems);
        (IConfigurationProvider Provider, Func<string, SettingOrigin> Origin)[] strongestFirst =
        [
            (new AssignmentProvider(sources.Assignments, problems), _ => SettingOrigin.CommandLine),
            (environment, environment.Origin),
            (file, _ => file.Origin),
        ];
        using var root = new ConfigurationRoot([.. strongestFirst.Select(layer => layer.Provider).Reverse()]);
        foreach (var (key, _) in root.AsEnumerable().OrderBy(entry => entry.Key, StringComparer.OrdinalIgnoreCase))
        {
            foreach (var (provider, origin) in strongestFirst)
            {
                if (!provider.TryGet(key, out var value))
                    continue;
                yield return (key, value, origin(key));
                break;
            }
        }
    }
}
