using LusPipeline.Hosting.Settings;

namespace LusPipeline.UnitTests.Configuration;

public sealed class SettingsTests : IDisposable
{
    private static readonly SettingsSection[] Sections = [new(SampleOptions.Section, typeof(SampleOptions)), new("Sweep", typeof(SampleRule))];

    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string> _environment = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Later_sources_win_and_each_value_tells_where_it_came_from()
    {
        File("""{ "Sample": { "Limit": 1, "Interval": "2s", "Prefix": "file" }, "$schema": "x" }""");
        _environment["LUS__Sample__Limit"] = "2";
        _environment["LUS__SAMPLE__PREFIX"] = "env";
        _environment["LUS_SHARED"] = "/data";
        _environment["LUS__Sample__Main__Depth"] = "2";

        var settings = Read(["Sample:Limit=3", "sample:strict=false"]);

        Assert.Empty(settings.Problems);
        var sample = settings.Get<SampleOptions>();
        Assert.Equal((3, TimeSpan.FromSeconds(2), "env", false, 2), (sample.Limit, sample.Interval, sample.Prefix, sample.Strict, sample.Main.Depth));
        Assert.Equal(new("Sample:Limit", "3", SettingOrigin.CommandLine), Shown(settings, "Sample:Limit"));
        Assert.Equal(new("Sample:Interval", "2s", new("file", "appsettings.json")), Shown(settings, "Sample:Interval"));
        Assert.Equal(new("Sample:Prefix", "env", new("environment", "LUS__SAMPLE__PREFIX")), Shown(settings, "Sample:Prefix"));
        Assert.Equal(new("Sample:Main:Depth", "2", new("environment", "LUS__Sample__Main__Depth")), Shown(settings, "Sample:Main:Depth"));
        Assert.Equal(new("Sample:Share", "0.5", SettingOrigin.Default), Shown(settings, "Sample:Share"));
        Assert.Equal("command line", Shown(settings, "Sample:Strict").Origin.ToString());
    }

    [Fact]
    public void Lists_maps_and_records_bind()
    {
        File("""
            { // comments and trailing commas are fine
              "Sample": {
                "More": ["a", "b"], "Rules": [{ "Depth": 3 }, { "Depth": 4, "Password": "x" }], "Weights": { "covid": 2 },
                "Uri": "amqp://localhost", "Size": null, "Day": "friday", "Share": 0.25,
              },
            }
            """);
        _environment["LUS__Sample__More__1"] = "c";

        var settings = Read();

        Assert.Empty(settings.Problems);
        var sample = settings.Get<SampleOptions>();
        Assert.Equal(["a", "c"], sample.More);
        Assert.Equal([3, 4], sample.Rules.Select(rule => rule.Depth));
        Assert.Equal(2, sample.Weights["covid"]);
        Assert.Equal((new Uri("amqp://localhost"), null, DayOfWeek.Friday, 0.25), (sample.Uri, sample.Size, sample.Day, sample.Share));
        Assert.Equal("c", Shown(settings, "Sample:More:1").Value);
        Assert.Equal("***", Shown(settings, "Sample:Rules:1:Password").Value);
        Assert.Equal("2", Shown(settings, "Sample:Weights:covid").Value);
    }

    [Fact]
    public void Without_any_source_everything_has_its_default()
    {
        var settings = Read();

        Assert.Empty(settings.Problems);
        Assert.Equivalent(new SampleOptions(), settings.Get<SampleOptions>());
        Assert.All(settings.All, setting => Assert.Same(SettingOrigin.Default, setting.Origin));
        Assert.Equal((null, "5s"), (Shown(settings, "Sample:ConnectionString").Value, Shown(settings, "Sample:Interval").Value));
    }

    [Fact]
    public void All_problems_are_reported_together_with_key_source_and_fix()
    {
        File("""{ "Sample": { "Intervall": 5, "Share": "much", "Rules": [{ "Depth": 10 }], "Prefix": null }, "Logging": { "LogLevel": { "Default": "Loud" } } }""");
        _environment["LUS__Sample__Interval"] = "5x";
        _environment["LUS__Sample__Limit"] = "21";
        _environment["LUS__Sampel__Limit"] = "2";
        _environment["LUS__Sample__Day"] = "4";
        _environment["LUS__Sample__Main"] = "deep";

        var failure = Assert.Throws<ConfigurationException>(() => ThrowIfWrong(Read(
            ["Sample:Uri=localhost", "Sample:More=a", "Sample:Size=1e3", "nonsense", "Sample:Strict=perhaps", "Sample:Limit:Low=1", "Sample:More:first=x", "Sample:Size="],
            needed: "Sample")));

        Assert.Equal(
            """
            17 settings are wrong:
              --set (command line): is not an assignment. Give Section:Key=value, for example --set Sweep:Interval=2s.
              Logging:LogLevel:Default (appsettings.json): the value is none of Trace, Debug, Information, Warning, Error, Critical, None.
              Sampel:Limit (LUS__Sampel__Limit): there is no section Sampel. Did you mean Sample?
              Sample:ConnectionString (not set): is required. Set it in appsettings.json, by the environment variable LUS__Sample__ConnectionString or by --set Sample:ConnectionString=….
              Sample:Day (LUS__Sample__Day): '4' is none of Sunday, Monday, Tuesday, Wednesday, Thursday, Friday, Saturday.
              Sample:Interval (LUS__Sample__Interval): '5x' is not a duration. Give one such as 500ms, 5s, 10min, 1.5h, 2d or 00:00:05.
              Sample:Intervall (appsettings.json): there is no such key. Did you mean Sample:Interval?
              Sample:Limit (LUS__Sample__Limit): 21 is not allowed. Give 0 to 20.
              Sample:Limit:Low (command line): Sample:Limit is one value and has no keys below it.
              Sample:Main (LUS__Sample__Main): has keys below it and no value of its own. Give Sample:Main:KEY.
              Sample:More (command line): is a list. Number its entries: Sample:More:0, Sample:More:1 …
              Sample:More:first (command line): Sample:More is a list. Number its entries: Sample:More:0, Sample:More:1 …
              Sample:Prefix (appsettings.json): is empty. Give a value, or leave the key out for the default.
              Sample:Rules:0:Depth (appsettings.json): 10 is not allowed. Give 1 to 9.
              Sample:Share (appsettings.json): 'much' is not a number. Give digits with a point.
              Sample:Strict (command line): 'perhaps' is not a truth value. Give true or false.
              Sample:Uri (command line): the value is not an address. Give a whole one, with its scheme: scheme://host:port/path. Letters such as @ : / # in a password are written as %40 %3A %2F %23.
            """,
            failure.Message);
    }

    [Theory]
    [InlineData("Sample:Bytes=0", "Sample:Bytes (command line): 0 is not allowed. Give 1 to 9223372036854775807.")]
    [InlineData("Sample:Interval=2h", "Sample:Interval (command line): 2h is not allowed. Give 1s to 1h.")]
    [InlineData("Sample:Colour=blue", "Sample:Colour (command line): 'blue' is none of red, green.")]
    public void A_value_that_is_not_allowed_is_told_with_what_is(string assignment, string problem) =>
        Assert.Equal(problem, Assert.Single(Read([assignment]).Problems).ToString());

    [Fact]
    public void Rules_over_several_keys_are_checked_when_the_keys_are_right()
    {
        Assert.Equal("Sample:Limit (command line): has to reach Main:Depth.", Assert.Single(Read(["Sample:Limit=1", "Sample:Main:Depth=2"]).Problems).ToString());
    }

    [Fact]
    public void Required_keys_are_asked_for_only_where_the_section_is_needed()
    {
        Assert.Empty(Read(["Sample:Limit=3"]).Problems);
        Assert.Equal(["Sample:ConnectionString", "Sample:Uri"], Read(needed: "Sample").Problems.Select(problem => problem.Key));
    }

    [Theory]
    [InlineData("Sample:ConnectionString=Host=db;Username=lus;Password=hunter2", "host=db;username=lus;password=***")]
    [InlineData("Sample:ConnectionString=Host=db;Password='hunter2;x';SSL Password=hunter2", "host=db;password=***;ssl password=***")]
    [InlineData("Sample:ConnectionString=hunter2", "***")]
    [InlineData("Sample:ConnectionString=postgres://lus:hunter2@db/lus?sslpassword=hunter2&x=1", "postgres://lus:***@db/lus?sslpassword=***&x=1")]
    [InlineData("Sample:Uri=amqps://lus:hunter2@rabbit:5671/lus", "amqps://lus:***@rabbit:5671/lus")]
    [InlineData("Sample:Uri=amqps://lus:hun%40ter2@rabbit/lus@home", "amqps://lus:***@home")]
    [InlineData("Sample:Uri=amqps://rabbit:5671/lus", "amqps://rabbit:5671/lus")]
    [InlineData("Sample:SecretKey=hunter2", "***")]
    [InlineData("Sample:SecretKeyFile=/run/secrets/key", "/run/secrets/key")]
    [InlineData("Sample:Main:Password=hunter2", "***")]
    public void Secrets_are_masked(string assignment, string shown)
    {
        var settings = Read([assignment]);

        Assert.Empty(settings.Problems);
        Assert.Equal(shown, Shown(settings, assignment[..assignment.IndexOf('=', StringComparison.Ordinal)]).Value);
    }

    [Fact]
    public void No_secret_gets_into_a_problem()
    {
        File("""{ "Sample": { "Uri": "hunter2", "SecretKeyy": "hunter2", "ConnectionString": { "Password": "hunter2" }, "amqp://lus:hunter2@rabbit": "x" } }""");
        _environment["LUS__Broker__Uri"] = "amqp://lus:hunter2@rabbit";
        _environment["LUS__Sample__Main__Password__x"] = "hunter2";

        var problems = Read(["hunter2"]).Problems;

        Assert.Equal(7, problems.Count);
        Assert.DoesNotContain("hunter2", new ConfigurationException(problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_variable_in_two_spellings_is_a_problem()
    {
        _environment["LUS__Sample__Limit"] = "1";
        _environment["LUS__SAMPLE__LIMIT"] = "2";

        Assert.Equal("Sample:Limit (LUS__SAMPLE__LIMIT): LUS__Sample__Limit sets it too, in other letters. Remove one of the two.", Assert.Single(Read().Problems).ToString());
    }

    [Fact]
    public void Control_characters_of_a_name_do_not_reach_the_terminal()
    {
        _environment["LUS__Sample__\u001b[2J"] = "1";

        Assert.DoesNotContain(new ConfigurationException(Read().Problems).Message, letter => char.IsControl(letter) && letter != '\n');
    }

    [Theory]
    [InlineData("{", "appsettings.json): is not JSON: line 1, byte 2 of it. Mend the file.")]
    [InlineData("[]", "appsettings.json): is not a settings file: ")]
    [InlineData("""{ "Sample": { "Limit": 1, "limit": 2 } }""", "appsettings.json): is not a settings file: A duplicate key 'Sample:limit' was found.")]
    [InlineData("""{ "Sample": { "Prefix": "\ud800" } }""", "appsettings.json): is not a settings file: a text in it is not valid Unicode. Mend the file.")]
    public void A_broken_file_is_a_problem_beside_the_others(string json, string problem)
    {
        File(json);

        var problems = Read(["Sample:Limit=x"]).Problems;

        Assert.Equal(2, problems.Count);
        Assert.Contains(problem, problems[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_named_file_must_be_there()
    {
        var problem = Assert.Single(LoadedSettings.Read(Sources() with { File = "other.json" }, Sections, []).Problems);

        Assert.Equal("--config (other.json): there is no such file. Give the path of a JSON file with settings.", problem.ToString());
    }

    private static void ThrowIfWrong(LoadedSettings settings)
    {
        if (settings.Problems.Count > 0)
            throw new ConfigurationException(settings.Problems);
    }

    private static Setting Shown(LoadedSettings settings, string key) => Assert.Single(settings.All, setting => setting.Key == key);

    private void File(string json) => System.IO.File.WriteAllText(_folder[ConfigurationSources.DefaultFile], json);

    private ConfigurationSources Sources() => new() { Folders = [_folder.Path], Environment = _environment };

    private LoadedSettings Read(IReadOnlyList<string>? assignments = null, params string[] needed) =>
        LoadedSettings.Read(Sources() with { Assignments = assignments ?? [] }, Sections, needed);
}
