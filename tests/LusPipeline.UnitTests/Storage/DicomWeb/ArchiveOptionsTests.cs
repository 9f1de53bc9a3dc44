using System.ComponentModel.DataAnnotations;
using LusPipeline.Buckets.DicomWeb;

namespace LusPipeline.UnitTests.Storage.DicomWeb;

/// <summary>What an archive's settings and addresses may be.</summary>
public sealed class ArchiveOptionsTests
{
    public static TheoryData<ArchiveOptions, string> Wrong => new()
    {
        { new() { Url = new("https://user:word@host/dicom-web") }, nameof(ArchiveOptions.Url) },
        { new() { Url = new("ftp://host/dicom-web") }, nameof(ArchiveOptions.Url) },
        { new() { Url = new("https://host/dicom-web?key=1") }, nameof(ArchiveOptions.Url) },
        { new() { User = "lus" }, nameof(ArchiveOptions.User) },
        { new() { Password = "word" }, nameof(ArchiveOptions.Password) },
        { new() { User = "l:us", Password = "word" }, nameof(ArchiveOptions.User) },
        { new() { User = "lus", Password = "word", Token = "abc" }, nameof(ArchiveOptions.Token) },
        { new() { ClientKeyFile = "/missing.key" }, nameof(ArchiveOptions.ClientKeyFile) },
        { new() { CaFile = "/missing.pem" }, nameof(ArchiveOptions.CaFile) },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Wrong_settings_name_their_key(ArchiveOptions options, string key)
    {
        var problem = options.Validate(new ValidationContext(options)).First();

        Assert.Equal([key], problem.MemberNames);
        Assert.DoesNotContain("word@", problem.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void Right_settings_have_no_problem()
    {
        var options = new ArchiveOptions { Url = new("https://host:8043/dicom-web"), User = "lus", Password = "p:@word" };

        Assert.Empty(options.Validate(new ValidationContext(options)));
    }

    [Theory]
    [InlineData("http://127.0.0.1:8042/dicom-web", false)]
    [InlineData("http://localhost:8042/dicom-web", false)]
    [InlineData("http://orthanc:8042/dicom-web", true)]
    [InlineData("https://orthanc:8042/dicom-web", false)]
    public void Only_what_leaves_this_machine_in_the_clear_is_plain(string url, bool plain) => Assert.Equal(plain, new ArchiveOptions { Url = new(url) }.IsPlain);

    [Theory]
    [InlineData("dicomweb+https://host/dicom-web", "https://host/dicom-web")]
    [InlineData("DICOMWEB+HTTP://host:8042/", "http://host:8042/")]
    [InlineData("dicomweb+https://user@host/", null)]
    [InlineData("dicomweb+https://host/#a", null)]
    [InlineData("dicomweb+file:///etc/passwd", null)]
    [InlineData("dicomweb+", null)]
    public void An_address_of_a_command_line_is_a_whole_one(string text, string? url)
    {
        Assert.True(ArchiveAddress.Is(text));
        Assert.Equal(url is not null, ArchiveAddress.TryParse(text, out var parsed, out var problem));
        Assert.Equal(url, parsed?.AbsoluteUri);
        Assert.Equal(url is null, problem is not null);
    }
}
