using LusPipeline.Buckets.S3;

namespace LusPipeline.UnitTests.Storage.Buckets.S3;

public sealed class S3NamesTests
{
    [Theory]
    [InlineData("plain/1.mp4", "plain/1.mp4")]
    [InlineData("a%2Fb%20c+d%2Be%25", "a/b c d+e%")]
    [InlineData("%E8%82%BA%01%EF%BF%BE", "\u80BA\u0001\uFFFE")]
    [InlineData("a%FFb", null)]
    [InlineData("a%00b", null)]
    [InlineData("%ED%A0%80", null)]
    public void A_listed_name_is_decoded_or_no_text(string encoded, string? key) => Assert.Equal(key, S3Listing.Decode(encoded));

    [Theory]
    [InlineData("d41d8cd98f00b204e9800998ecf8427e", "", "incoming/", "d41d8cd98f00b204e9800998ecf8427e")]
    [InlineData("abc-3", "v.1_x", "in|coming/2026|/", "abc-3:v.1_x")]
    public void A_tag_comes_back_from_its_text(string etag, string version, string prefix, string content)
    {
        var tag = new S3Tag(etag, version, prefix);

        Assert.Equal((tag, content), (S3Tag.Parse(tag.ToString()), tag.Content));
    }

    [Fact]
    public void A_tag_of_a_folder_is_refused() => Assert.Throws<FormatException>(() => S3Tag.Parse("3e8-17a-22"));
}
