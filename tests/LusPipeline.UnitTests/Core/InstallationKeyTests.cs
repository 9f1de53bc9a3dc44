using LusPipeline.Core.Identity;

namespace LusPipeline.UnitTests.Core;

/// <summary>What is sealed with an installation's key.</summary>
public sealed class InstallationKeyTests
{
    private const string Uids = "1.2.826.0.1/1.2.826.0.2/1.2.826.0.3";

    private static readonly InstallationKey Key = new("a key of thirty-two characters or more");

    [Fact]
    public void A_sealed_text_is_opened_by_its_key_alone()
    {
        var sealedText = Key.Seal(Uids);

        Assert.Equal(Uids, Key.Open(sealedText));
        Assert.Null(new InstallationKey("another key of thirty-two characters").Open(sealedText));
        Assert.DoesNotContain("826", sealedText, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_text_has_the_same_form_and_another_text_another()
    {
        Assert.Equal(Key.Seal(Uids), Key.Seal(Uids));
        Assert.NotEqual(Key.Seal(Uids)[..16], Key.Seal(Uids + "4")[..16]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("AAAA")]
    [InlineData("not base64!")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void A_forged_text_is_not_opened(string text) => Assert.Null(Key.Open(text));

    [Fact]
    public void A_changed_text_is_not_opened()
    {
        var letters = Key.Seal(Uids).ToCharArray();
        letters[^2] = letters[^2] == 'A' ? 'B' : 'A';

        Assert.Null(Key.Open(new string(letters)));
    }
}
