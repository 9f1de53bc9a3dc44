using LusPipeline.Hosting.Settings;

namespace LusPipeline.Hosting.Checks;

/// <summary>The settings as a whole.</summary>
internal static class ConfigurationCheck
{
    public static CheckOutcome Check(LoadedSettings settings)
    {
        if (settings.Problems.Count > 0)
            return CheckOutcome.Failed(new ConfigurationException(settings.Problems).Message);
        var given = settings.All.Where(setting => setting.Origin.Kind != SettingOrigin.DefaultKind).ToList();
        return given.Count == 0
            ? CheckOutcome.LeftOut("nothing is configured; lus run needs nothing, workers need Broker:Uri, Database:ConnectionString and Bucket:Name")
            : CheckOutcome.Passed($"{given.Count} settings, from {string.Join(", ", given.Select(setting => setting.Origin.Kind == SettingOrigin.EnvironmentKind ? "the environment" : setting.Origin.ToString()).Distinct())}");
    }

    /// <summary>Whether a source gives this key.</summary>
    public static bool IsGiven(this LoadedSettings settings, string key) =>
        settings.All.Any(setting => setting.Key == key && setting.Origin.Kind != SettingOrigin.DefaultKind && !string.IsNullOrEmpty(setting.Value));
}
