using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace LusPipeline.Hosting.Settings;

/// <summary>The effective configuration: every section's record, filled and validated.</summary>
public sealed class LoadedSettings
{
    private readonly Dictionary<Type, object> _records = [];

    private LoadedSettings(IReadOnlyList<SettingProblem> problems, IConfiguration logging) => (Problems, Logging) = (problems, logging);

    /// <summary>Everything that is wrong, in the order of the keys.</summary>
    public IReadOnlyList<SettingProblem> Problems { get; }

    /// <summary>Every key of every section, masked.</summary>
    public IReadOnlyList<Setting> All { get; private set; } = [];

    /// <summary>The absolute path of the file that was read; null for none.</summary>
    public string? File { get; private init; }

    /// <summary>The section of .NET's logging.</summary>
    public IConfiguration Logging { get; }

    /// <summary>Reads and checks every section.</summary>
    /// <param name="needed">The sections whose required keys must be given.</param>
    /// <exception cref="ConfigurationException">Something is wrong; the message lists all of it.</exception>
    public static LoadedSettings Load(ConfigurationSources sources, params IReadOnlyCollection<string> needed)
    {
        var settings = Inspect(sources, needed);
        return settings.Problems.Count == 0 ? settings : throw new ConfigurationException(settings.Problems);
    }

    /// <summary>As <see cref="Load"/>; what is wrong is in <see cref="Problems"/>, and such a key has its default.</summary>
    public static LoadedSettings Inspect(ConfigurationSources sources, params IReadOnlyCollection<string> needed) => Read(sources, SettingsSection.All, needed);

    /// <summary>Reads and checks one section alone, whatever the others are like.</summary>
    /// <exception cref="ConfigurationException">Something in the section is wrong.</exception>
    public static TOptions One<TOptions>(ConfigurationSources sources) where TOptions : class
    {
        var section = SettingsSection.All.Single(candidate => candidate.Options == typeof(TOptions));
        var settings = Read(sources, [section], []);
        var own = settings.Problems.Where(problem => problem.Key.Split(':')[0].Equals(section.Name, StringComparison.OrdinalIgnoreCase)).ToList();
        return own.Count == 0 ? settings.Get<TOptions>() : throw new ConfigurationException(own);
    }

    /// <summary>The record of one section.</summary>
    public TOptions Get<TOptions>() where TOptions : class => (TOptions)_records[typeof(TOptions)];

    /// <summary>Every section's record.</summary>
    internal IReadOnlyDictionary<Type, object> Records => _records;

    internal static LoadedSettings Read(ConfigurationSources sources, IReadOnlyList<SettingsSection> sections, IReadOnlyCollection<string> needed)
    {
        var problems = new List<SettingProblem>();
        var readers = sections.ToDictionary(section => section.Name, section => new SectionReader(section, problems), StringComparer.OrdinalIgnoreCase);
        var logging = new Dictionary<string, (string? Value, SettingOrigin Origin)>();
        var file = sources.FilePath();
        foreach (var (key, value, origin) in ConfigurationLayers.Read(sources, file, problems))
        {
            var name = key.Split(':')[0];
            if (readers.TryGetValue(name, out var reader))
                reader.Take(key, value, origin);
            else if (string.Equals(name, SettingsSection.Logging, StringComparison.OrdinalIgnoreCase))
                logging[key] = (value, origin);
            else if (!key.StartsWith('$'))
                problems.Add(new(key, origin, $"there is no section {name}.{Suggestion.For(name, readers.Keys)}"));
        }
        foreach (var (key, (value, origin)) in logging)
            CheckLevel(key, value, origin, problems);

        var records = sections.Select(section => (Reader: readers[section.Name], Record: readers[section.Name].Bind(needed.Contains(section.Name)))).ToList();
        var settings = new LoadedSettings(
            [.. problems.OrderBy(problem => problem.Key, StringComparer.OrdinalIgnoreCase)],
            new ConfigurationBuilder().AddInMemoryCollection(logging.ToDictionary(entry => entry.Key, entry => entry.Value.Value)).Build().GetSection(SettingsSection.Logging))
        {
            File = file,
            All =
            [
                .. records.SelectMany(section => section.Reader.Show(section.Record)),
                .. logging.Select(entry => new Setting(entry.Key, Secrets.Masked(entry.Key, entry.Value.Value, entry.Value.Origin), entry.Value.Origin)),
            ],
        };
        foreach (var (_, record) in records)
            settings._records.Add(record.GetType(), record);
        return settings;
    }

    private static void CheckLevel(string key, string? value, SettingOrigin origin, List<SettingProblem> problems)
    {
        if (key.Contains(":LogLevel:", StringComparison.OrdinalIgnoreCase) && !Enum.GetNames<LogLevel>().Contains(value, StringComparer.OrdinalIgnoreCase))
            problems.Add(new(key, origin, $"the value is none of {string.Join(", ", Enum.GetNames<LogLevel>())}."));
    }
}
