using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Json;

namespace LusPipeline.Hosting.Settings;

/// <summary>The sources, one over the other, as they are written: nothing is checked but that they can be read.</summary>
internal sealed class ConfigurationLayers
{
    private readonly List<(IConfigurationProvider Provider, Func<string, SettingOrigin> Origin)> _layers = [];

    public ConfigurationLayers(ConfigurationSources sources, List<SettingProblem> problems)
    {
        if (FileProvider(sources, problems) is { } file)
            _layers.Add((file, _ => FileOrigin(sources)));
        var environment = new EnvironmentProvider(sources.Environment, problems);
        _layers.Add((environment, environment.Origin));
        _layers.Add((new AssignmentProvider(sources.Assignments, problems), _ => SettingOrigin.CommandLine));
    }

    /// <summary>Every key that any source gives, with the value and the source that win.</summary>
    public IEnumerable<(string Key, string? Value, SettingOrigin Origin)> Entries()
    {
        var keys = new SortedSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (provider, _) in _layers)
            Collect(provider, null, keys);
        foreach (var key in keys)
        {
            foreach (var (provider, origin) in _layers.AsEnumerable().Reverse())
            {
                if (!provider.TryGet(key, out var value))
                    continue;
                yield return (key, value, origin(key));
                break;
            }
        }
    }

    private static void Collect(IConfigurationProvider provider, string? parent, SortedSet<string> keys)
    {
        foreach (var child in provider.GetChildKeys([], parent).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            var key = parent is null ? child : ConfigurationPath.Combine(parent, child);
            if (provider.TryGet(key, out _))
                keys.Add(key);
            Collect(provider, key, keys);
        }
    }

    private static SettingOrigin FileOrigin(ConfigurationSources sources) => new(SettingOrigin.FileKind, sources.File ?? ConfigurationSources.DefaultFile);

    private static JsonStreamConfigurationProvider? FileProvider(ConfigurationSources sources, List<SettingProblem> problems)
    {
        var path = Path.Combine(sources.Folder, sources.File ?? ConfigurationSources.DefaultFile);
        if (sources.File is null && !File.Exists(path))
            return null;
        try
        {
            using var stream = File.OpenRead(path);
            var provider = new JsonStreamConfigurationProvider(new JsonStreamConfigurationSource { Stream = stream });
            provider.Load();
            return provider;
        }
        catch (Exception unread) when (unread is IOException or UnauthorizedAccessException)
        {
            problems.Add(new("--config", FileOrigin(sources), unread is FileNotFoundException or DirectoryNotFoundException
                ? "there is no such file. Give the path of a JSON file with settings."
                : "the file cannot be read. Check its permissions."));
        }
        catch (JsonException broken)
        {
            problems.Add(new("--config", FileOrigin(sources), $"is no JSON: line {broken.LineNumber + 1}, byte {broken.BytePositionInLine + 1} of it. Mend the file."));
        }
        catch (FormatException doubled)
        {
            problems.Add(new("--config", FileOrigin(sources), $"is no settings file: {doubled.Message}"));
        }
        return null;
    }
}
