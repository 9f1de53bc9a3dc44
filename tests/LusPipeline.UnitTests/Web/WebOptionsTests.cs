using LusPipeline.Hosting.Settings;

namespace LusPipeline.UnitTests.Web;

public sealed class WebOptionsTests
{
    private const string Token = "012345678901234567890123";

    [Fact]
    public void By_default_only_this_machine_reaches_the_pages()
    {
        var options = Read().Get<WebOptions>();

        Assert.True(options.IsLocal);
        Assert.Equal(("http://127.0.0.1:8090/", null), (options.Url.ToString(), options.Names));
    }

    [Theory]
    [InlineData("Url=http://0.0.0.0:80", "Token=" + Token)]
    [InlineData("Url=http://[::]:80", "IdentityHeader=X-Forwarded-User", "Proxies:0=10.0.0.0/8", "Proxies:1=fd00::1")]
    [InlineData("Url=https://10.1.2.3:443", "Token=" + Token, "CertificateFile=/etc/lus/server.pem")]
    [InlineData("Url=http://localhost:80", "Hosts:0=lus.example.org")]
    [InlineData("Mask=10% 0 2.5%, 49.9")]
    [InlineData("Mask=8%")]
    [InlineData("Mask=")]
    public void Right_settings_are_taken(params string[] settings) => Assert.Empty(Read(settings).Problems);

    [Theory]
    [InlineData("Web:Url", "LUS__Web__Token__File", "Url=http://0.0.0.0:80")]
    [InlineData("Web:Url", "LUS__Web__Token__File", "Url=http://10.1.2.3:80", "Token=")]
    [InlineData("Web:Url", "http://127.0.0.1:8090", "Url=http://host.example.org:80")]
    [InlineData("Web:Url", "http://127.0.0.1:8090", "Url=ftp://127.0.0.1:80")]
    [InlineData("Web:Url", "http://127.0.0.1:8090", "Url=http://127.0.0.1:80/pages")]
    [InlineData("Web:Token", "openssl rand -hex 24", "Token=short")]
    [InlineData("Web:CertificateFile", "PEM", "Url=https://127.0.0.1:443")]
    [InlineData("Web:Proxies", "10.0.0.0/8", "Proxies:0=proxy.example.org")]
    [InlineData("Web:Hosts", "lus.example.org", "Hosts:0=https://lus.example.org")]
    [InlineData("Web:Mask", "one percentage for all sides", "Mask=50%")]
    [InlineData("Web:Mask", "one percentage for all sides", "Mask=-1")]
    [InlineData("Web:Mask", "one percentage for all sides", "Mask=10% 0 0")]
    [InlineData("Web:Mask", "one percentage for all sides", "Mask=top")]
    [InlineData("Web:IdentityHeader", "name of a header", "IdentityHeader=X Forwarded: User")]
    public void Wrong_settings_are_refused_with_the_fix(string key, string fix, params string[] settings)
    {
        var problem = Assert.Single(Read(settings).Problems);

        Assert.Equal(key, problem.Key);
        Assert.Contains(fix, problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("short", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_token_is_not_shown() =>
        Assert.Equal("***", Read($"Token={Token}").All.Single(setting => setting.Key == "Web:Token").Value);

    private static LoadedSettings Read(params string[] settings) => LoadedSettings.Inspect(new ConfigurationSources
    {
        Folders = [],
        Environment = new Dictionary<string, string>(),
        Assignments = [.. settings.Select(setting => $"Web:{setting}")],
    });
}
