using System.ComponentModel.DataAnnotations;
using LusPipeline.Buckets.S3;

namespace LusPipeline.UnitTests.Storage.Buckets.S3;

public sealed class S3OptionsTests
{
    private static readonly S3Options Good = new() { Name = "lung" };

    public static TheoryData<S3Options, string> Wrong() => new()
    {
        { new S3Options(), "Name" },
        { Good with { Name = "a/b" }, "Name" },
        { Good with { Name = "s3://lung" }, "Name" },
        { Good with { Identity = new string('x', 256) }, "Identity" },
        { Good with { Endpoint = new Uri("ftp://host") }, "Endpoint" },
        { Good with { Endpoint = new Uri("http://name:password@host") }, "Endpoint" },
        { Good with { Endpoint = new Uri("host", UriKind.Relative) }, "Endpoint" },
        { Good with { Region = "" }, "Region" },
        { Good with { AccessKey = "a" }, "AccessKey" },
        { Good with { SecretKey = "a" }, "SecretKey" },
        { Good with { CaFile = "/nowhere/ca.pem" }, "CaFile" },
        { Good with { WatchPrefixes = ["incoming"] }, "WatchPrefixes:0" },
        { Good with { WatchPrefixes = ["a/", "a/b/"] }, "WatchPrefixes:1" },
        { Good with { WatchPrefixes = ["a/"], UrgentPrefixes = ["b/", "a/urgent/"] }, "UrgentPrefixes:1" },
        { Good with { UrgentPrefixes = ["incoming/urgent/"] }, "UrgentPrefixes:0" },
        { Good with { WatchPrefixes = ["clips/x/"] }, "WatchPrefixes:0" },
        { Good with { WatchPrefixes = ["own/"], WorkPrefix = "own/work/" }, "WatchPrefixes:0" },
        { Good with { WorkPrefix = "work" }, "WorkPrefix" },
        { Good with { WorkPrefix = "/" }, "WorkPrefix" },
        { Good with { WorkPrefix = "../" }, "WorkPrefix" },
        { Good with { WatchDays = -1 }, "WatchDays" },
        { Good with { Timeout = TimeSpan.Zero }, "Timeout" },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void A_wrong_setting_is_told_by_its_key(S3Options options, string key)
    {
        var results = new List<ValidationResult>();

        Assert.False(Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true));

        Assert.Equal([key], results.SelectMany(result => result.MemberNames));
    }

    [Fact]
    public void Defaults_and_a_rich_configuration_are_right()
    {
        foreach (var options in new[]
        {
            Good,
            Good with { Endpoint = new Uri("https://s3.example.org:9000"), AccessKey = "a", SecretKey = "b", PathStyle = false, Versioned = true },
            Good with { Identity = "", AccessKey = "", SecretKey = "", CaFile = "" },
            Good with { WatchPrefixes = ["site-a/{yyyy}/{MM}/{dd}/", "site-b/"], WorkPrefix = "lus/2/" },
        })
            Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        Assert.DoesNotContain("hidden", (Good with { AccessKey = "a", SecretKey = "hidden" }).ToString(), StringComparison.Ordinal);
        Assert.Equal(["incoming/", "urgent/"], Good.Watched().Select(prefix => prefix.ToString()));
        Assert.Equal([false, true], Good.Watched().Select(prefix => prefix.Urgent));
        Assert.Equal(["a/"], (Good with { WatchPrefixes = ["a/"] }).Watched().Select(prefix => prefix.ToString()));
        Assert.Equal(("lung", "old"), (Good.IdentityName, (Good with { Identity = "old" }).IdentityName));
    }
}
