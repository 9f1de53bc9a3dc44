using LusPipeline.Hosting.Checks;
using LusPipeline.Hosting.Settings;

namespace LusPipeline.UnitTests.Checks;

public sealed class ConfigurationCheckTests
{
    private static readonly Dictionary<string, string> NoVariables = [];

    [Fact]
    public void It_says_which_file_was_read()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder[ConfigurationSources.DefaultFile], """{ "Attempts": { "MaxStarts": 4 } }""");

        var outcome = ConfigurationCheck.Check(LoadedSettings.Inspect(new ConfigurationSources { Folders = ["/nonexistent", folder.Path], Environment = NoVariables }));

        Assert.Contains($"1 settings, from {folder[ConfigurationSources.DefaultFile]}", outcome.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void It_says_that_a_file_of_the_current_folder_was_not_read()
    {
        var here = Path.GetFullPath(ConfigurationSources.DefaultFile);
        File.WriteAllText(here, """{ "Attempts": { "MaxStarts": 4 } }""");
        try
        {
            var settings = LoadedSettings.Inspect(new ConfigurationSources { Folders = [], Environment = NoVariables });

            Assert.Contains($"{here} is not read", ConfigurationCheck.Check(settings).Text, StringComparison.Ordinal);
            Assert.Null(settings.File);
            Assert.All(settings.All, setting => Assert.Equal(SettingOrigin.DefaultKind, setting.Origin.Kind));
        }
        finally
        {
            File.Delete(here);
        }
    }
}
