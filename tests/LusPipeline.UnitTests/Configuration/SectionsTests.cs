using System.Runtime.CompilerServices;
using LusPipeline.Explaining.Pictures;
using LusPipeline.Hosting.Settings;

namespace LusPipeline.UnitTests.Configuration;

/// <summary>The sections that there are.</summary>
public sealed class SectionsTests
{
    private static readonly string[] Every = [.. SettingsSection.All.Select(section => section.Name)];

    [Fact]
    public void Every_section_has_a_record_whose_defaults_are_allowed()
    {
        var settings = LoadedSettings.Inspect(new ConfigurationSources { Folders = [], Environment = new Dictionary<string, string>() });

        Assert.Empty(settings.Problems);
        Assert.All(SettingsSection.All, section =>
        {
            Assert.Equal(section.Name, section.Options.GetField("Section")?.GetRawConstantValue());
            Assert.True(section.Options.IsSealed);
            Assert.Contains(settings.All, setting => setting.Key.StartsWith(section.Name + ":", StringComparison.Ordinal));
        });
        Assert.Equal(Every.Length, Every.Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    [Fact]
    public void What_is_shown_can_be_set_again()
    {
        var sources = new ConfigurationSources { Folders = [], Environment = new Dictionary<string, string>() };
        var shown = LoadedSettings.Inspect(sources).All.Where(setting => !string.IsNullOrEmpty(setting.Value)).ToList();

        var again = LoadedSettings.Inspect(sources with { Assignments = [.. shown.Select(setting => $"{setting.Key}={setting.Value}")] });

        Assert.Empty(again.Problems);
        Assert.Equal(shown.Select(setting => (setting.Key, setting.Value)), again.All.Where(setting => !string.IsNullOrEmpty(setting.Value)).Select(setting => (setting.Key, setting.Value)));
    }

    [Fact]
    public void The_sample_file_is_complete_and_right()
    {
        var settings = LoadedSettings.Inspect(new ConfigurationSources { File = Sample(), Environment = new Dictionary<string, string>() }, Every);

        Assert.Empty(settings.Problems);
    }

    [Fact]
    public void By_the_sample_file_pictures_have_no_upper_border_where_names_may_be_burned_in()
    {
        var mask = FrameMask.Parse(LoadedSettings.Inspect(new ConfigurationSources { File = Sample(), Environment = new Dictionary<string, string>() }).Get<WebOptions>().Mask);

        Assert.True(mask.Top > 0);
    }

    private static string Sample([CallerFilePath] string source = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(source)!, "..", "..", "..", "deploy", ConfigurationSources.DefaultFile));
}
