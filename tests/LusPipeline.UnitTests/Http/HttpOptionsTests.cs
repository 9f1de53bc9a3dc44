using LusPipeline.Hosting.Http;
using LusPipeline.Hosting.Settings;

namespace LusPipeline.UnitTests.Http;

public sealed class HttpOptionsTests
{
    [Theory]
    [InlineData("http://0.0.0.0:8080")]
    [InlineData("http://127.0.0.1:9090/")]
    [InlineData("http://[::]:8080")]
    [InlineData("http://localhost:8080")]
    public void An_address_of_this_machine_is_a_place_to_listen(string url) => Assert.Empty(Read(url).Problems);

    [Fact]
    public void Nothing_means_no_server()
    {
        var settings = Read("");

        Assert.Empty(settings.Problems);
        Assert.Null(settings.Get<HttpOptions>().Url);
    }

    [Theory]
    [InlineData("https://0.0.0.0:8080")]
    [InlineData("http://worker1:8080")]
    [InlineData("http://0.0.0.0:8080/health")]
    public void Anything_else_is_refused_with_the_fix(string url)
    {
        var problem = Assert.Single(Read(url).Problems);

        Assert.Equal("Http:Url", problem.Key);
        Assert.Contains("http://0.0.0.0:8080", problem.Message, StringComparison.Ordinal);
    }

    private static LoadedSettings Read(string url) => LoadedSettings.Inspect(
        new ConfigurationSources { Folders = [], Environment = new Dictionary<string, string> { ["LUS__Http__Url"] = url } });
}
