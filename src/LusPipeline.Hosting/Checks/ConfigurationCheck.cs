using LusPipeline.Hosting.Settings;

namespace LusPipeline.Hosting.Checks;

/// <summary>Checks the settings as a whole.</summary>
internal static class ConfigurationCheck
{
    public static CheckOutcome Check(LoadedSettings settings)
    {
        if (settings.Problems.Count > 0)
            return CheckOutcome.Failed(new ConfigurationException(settings.Problems).Message);
        var given = settings.All.Where(setting => setting.Origin.Kind != SettingOrigin.DefaultKind).ToList();
        return given.Count == 0
            ? CheckOutcome.LeftOut($"nothing is configured; lus run needs nothing, workers need Broker:Uri, Database:ConnectionString and Bucket:Name{LeftAside(settings)}")
            : CheckOutcome.Passed(
                $"{given.Count} settings, from {string.Join(", ", given.Select(setting => Name(setting.Origin, settings)).Distinct())}{LeftAside(settings)}");
    }

    private static string Name(SettingOrigin origin, LoadedSettings settings) => origin.Kind switch
    {
        SettingOrigin.EnvironmentKind => "the environment",
        SettingOrigin.SecretFileKind => "files of the environment",
        SettingOrigin.FileKind => settings.File ?? origin.ToString(),
        _ => origin.ToString(),
    };

    /// <summary>A file that looks as if it were read.</summary>
    private static string LeftAside(LoadedSettings settings) =>
        Path.GetFullPath(ConfigurationSources.DefaultFile) is var here && File.Exists(here) && here != settings.File
            ? $"; {here} is not read: name it by --config"
            : "";

    /// <summary>Whether a source gives this key.</summary>
    public static bool IsGiven(this LoadedSettings settings, string key) =>
        settings.All.Any(setting => setting.Key == key && setting.Origin.Kind != SettingOrigin.DefaultKind && !string.IsNullOrEmpty(setting.Value));
}
