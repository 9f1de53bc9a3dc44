using System.Diagnostics;
using LusPipeline.Hosting.Checks;
using LusPipeline.Hosting.Settings;

namespace LusPipeline.UnitTests.Configuration;

/// <summary>Settings whose value is in a file: <c>LUS__Section__Key__File</c>.</summary>
public sealed class SecretFileTests : IDisposable
{
    private static readonly SettingsSection[] Sections = [new(SampleOptions.Section, typeof(SampleOptions))];

    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string> _environment = [];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("hunter2", "hunter2")]
    [InlineData("hunter2\n", "hunter2")]
    [InlineData("hunter2\r\n", "hunter2")]
    [InlineData(" hun ter2 ", " hun ter2 ")]
    [InlineData("hün\nter2\n", "hün\nter2")]
    public void The_value_is_what_the_file_has_without_the_newline_at_its_end(string content, string value)
    {
        _environment["LUS__Sample__SecretKey__File"] = Write("key", content);

        var settings = Read();

        Assert.Empty(settings.Problems);
        Assert.Equal(value, settings.Get<SampleOptions>().SecretKey);
    }

    [Fact]
    public void Every_value_of_a_file_is_masked_and_its_source_is_the_file()
    {
        var uri = _environment["LUS__Sample__Uri__File"] = Write("uri", "amqps://lus:hunter2@rabbit/lus\n");
        var limit = _environment["LUS__SAMPLE__LIMIT__FILE"] = Write("limit", "7");
        var depth = _environment["LUS__Sample__Rules__0__Depth__File"] = Write("depth", "3\n");
        var colour = _environment["LUS__Sample__Colour__File"] = Write("colour", "red");

        var settings = Read();

        Assert.Empty(settings.Problems);
        var sample = settings.Get<SampleOptions>();
        Assert.Equal((new Uri("amqps://lus:hunter2@rabbit/lus"), 7, 3, "red"), (sample.Uri, sample.Limit, sample.Rules[0].Depth, sample.Colour));
        foreach (var (key, path) in new[] { ("Sample:Uri", uri), ("Sample:Limit", limit), ("Sample:Rules:0:Depth", depth), ("Sample:Colour", colour) })
            Assert.Equal(new(key, "***", new("secret file", path)), Assert.Single(settings.All, setting => setting.Key == key));
        Assert.StartsWith("4 settings, from files of the environment", ConfigurationCheck.Check(settings).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_is_as_strong_as_a_variable()
    {
        File.WriteAllText(_folder[ConfigurationSources.DefaultFile], """{ "Sample": { "Prefix": "file", "Limit": 1 } }""");
        _environment["LUS__Sample__Prefix__File"] = Write("prefix", "secret");
        _environment["LUS__Sample__Limit__File"] = Write("limit", "2");

        var settings = Read("Sample:Limit=3");

        Assert.Empty(settings.Problems);
        Assert.Equal(("secret", 3), (settings.Get<SampleOptions>().Prefix, settings.Get<SampleOptions>().Limit));
    }

    [Fact]
    public void What_is_wrong_with_a_file_is_told_with_the_variable_and_the_fix()
    {
        _environment["LUS__Sample__SecretKey__File"] = _folder["none"];
        _environment["LUS__Sample__Prefix__File"] = "prefix";
        _environment["LUS__Sample__Uri__File"] = _folder.Path;
        _environment["LUS__Sample__ConnectionString__File"] = Write("large", new string('x', SecretFile.MaxBytes + 1));
        _environment["LUS__Sample__Colour__File"] = Write("empty", "\n");
        File.WriteAllBytes(_environment["LUS__Sample__Share__File"] = _folder["binary"], [0xFF, 0xFE, 0x80]);

        Assert.Equal(
            [
                $"Sample:Colour (LUS__Sample__Colour__File): {_folder["empty"]} is empty. Write the value into it.",
                $"Sample:ConnectionString (LUS__Sample__ConnectionString__File): {_folder["large"]} has more than 64 KiB. Name a file that has the value and nothing else.",
                "Sample:Prefix (LUS__Sample__Prefix__File): is not the absolute path of a file. Give one such as /run/secrets/NAME.",
                $"Sample:SecretKey (LUS__Sample__SecretKey__File): there is no file {_folder["none"]}. Name a file that has the value.",
                $"Sample:Share (LUS__Sample__Share__File): {_folder["binary"]} is not UTF-8 text. Write the value as text.",
                $"Sample:Uri (LUS__Sample__Uri__File): {_folder.Path} cannot be read. Name a file, and let this user read it.",
            ],
            Read().Problems.Select(problem => problem.ToString()));
    }

    [Fact]
    public void A_file_of_any_length_is_read_only_as_far_as_a_secret_goes()
    {
        _environment["LUS__Sample__SecretKey__File"] = "/dev/zero";

        var start = Stopwatch.StartNew();
        var problem = Assert.Single(Read().Problems);

        Assert.Contains("/dev/zero has more than 64 KiB", problem.Message, StringComparison.Ordinal);
        Assert.True(start.Elapsed < TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void A_value_and_a_file_for_one_key_are_a_problem()
    {
        _environment["LUS__Sample__SecretKey"] = "hunter1";
        _environment["LUS__Sample__SecretKey__File"] = Write("key", "hunter2");
        _environment["LUS__Sample__Prefix__FILE"] = Write("prefix", "a");
        _environment["LUS__Sample__Prefix__File"] = Write("other", "b");

        Assert.Equal(
            [
                "Sample:Prefix (LUS__Sample__Prefix__FILE): LUS__Sample__Prefix__File sets it too, in other letters. Remove one of the two.",
                "Sample:SecretKey (LUS__Sample__SecretKey): LUS__Sample__SecretKey__File sets it too. Remove one of the two.",
            ],
            Read().Problems.Select(problem => problem.ToString()));
    }

    [Theory]
    [InlineData("Sample__SecretKeyy")]
    [InlineData("Sample__Uri")]
    [InlineData("Sample__Interval")]
    [InlineData("Sample__Limit")]
    [InlineData("Sample__Day")]
    [InlineData("Sample__Colour")]
    [InlineData("Sample__Prefix")]
    [InlineData("Sample__More")]
    [InlineData("Nothing__Key")]
    public void No_problem_repeats_what_the_file_has(string key)
    {
        _environment[$"LUS__{key}__File"] = Write("value", "hunter2-hunter2");

        var problem = Assert.Single(Read().Problems);

        Assert.DoesNotContain("hunter2", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_number_of_a_file_that_is_out_of_range_is_not_repeated()
    {
        _environment["LUS__Sample__Limit__File"] = Write("value", "4711");

        Assert.DoesNotContain("4711", Assert.Single(Read().Problems).ToString(), StringComparison.Ordinal);
    }

    private string Write(string name, string content)
    {
        File.WriteAllText(_folder[name], content);
        return _folder[name];
    }

    private LoadedSettings Read(params string[] assignments) =>
        LoadedSettings.Read(new ConfigurationSources { Folders = [_folder.Path], Environment = _environment, Assignments = assignments }, Sections, []);
}
