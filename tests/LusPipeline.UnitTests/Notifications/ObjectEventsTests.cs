using System.Text;
using LusPipeline.Hosting.Notifications;
using LusPipeline.UnitTests.Fuzzing;

namespace LusPipeline.UnitTests.Notifications;

public sealed class ObjectEventsTests
{
    /// <summary>As Ceph 16 sends it.</summary>
    private const string Ceph = """
        {"Records":[{"eventVersion":"2.2","eventSource":"ceph:s3","awsRegion":"","eventTime":"2026-11-24T18:56:40.882060Z","eventName":"ObjectCreated:Put",
        "userIdentity":{"principalId":"lus"},"requestParameters":{"sourceIPAddress":""},"responseElements":{"x-amz-request-id":"d6","x-amz-id-2":"10"},
        "s3":{"s3SchemaVersion":"1.0","configurationId":"lus","bucket":{"name":"lung","ownerIdentity":{"principalId":"lus"},"arn":"arn:aws:s3:::lung","id":"d6"},
        "object":{"key":"incoming/p1/a b+cä.mp4","size":5,"eTag":"5d41402abc4b2a76b9719d911017c592","versionId":"","sequencer":"E8","metadata":[],"tags":[]}},
        "eventId":"1795546600.886629","opaqueData":""}]}
        """;

    /// <summary>As AWS documents it.</summary>
    private const string Aws = """
        {"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"us-west-2","eventTime":"1970-01-01T00:00:00.000Z","eventName":"ObjectCreated:CompleteMultipartUpload",
        "s3":{"s3SchemaVersion":"1.0","configurationId":"x","bucket":{"name":"lung","arn":"arn:aws:s3:::lung"},
        "object":{"key":"incoming/p1/a+b%2Bc%C3%A4.mp4","size":1024,"eTag":"d41d8cd98f00b204e9800998ecf8427e","versionId":"096fKKXTRTtl3on89fVO.nfljtsv6qko","sequencer":"0055"}}}]}
        """;

    [Fact]
    public void The_same_object_is_found_in_Cephs_and_in_AWS_notifications()
    {
        Assert.Equal(["incoming/p1/a b+cä.mp4"], Read(Ceph)!);
        Assert.Equal(["incoming/p1/a+b%2Bc%C3%A4.mp4"], Read(Aws)!);
        Assert.Contains("incoming/p1/a b+cä.mp4", ObjectEvents.NamesOf(Read(Ceph)![0]));
        Assert.Contains("incoming/p1/a b+cä.mp4", ObjectEvents.NamesOf(Read(Aws)![0]));
    }

    [Fact]
    public void A_name_that_no_encoding_changes_is_looked_at_once()
    {
        Assert.Equal(["incoming/p1/ä b.mp4"], ObjectEvents.NamesOf("incoming/p1/ä b.mp4"));
        Assert.Equal(["100%.mp4"], ObjectEvents.NamesOf("100%.mp4"));
    }

    [Theory]
    [InlineData("\"lung\"", "\"other\"")]
    [InlineData("ObjectCreated:Put", "ObjectRemoved:Delete")]
    [InlineData("ObjectCreated:Put", "s3:ObjectRemoved:Delete")]
    [InlineData("\"s3\":{", "\"s3\":[],\"x\":{")]
    [InlineData("\"object\":", "\"thing\":")]
    [InlineData("\"key\":\"incoming/p1/a b+cä.mp4\"", "\"key\":7")]
    [InlineData("\"key\":\"incoming/p1/a b+cä.mp4\"", "\"key\":\"\"")]
    public void What_is_no_upload_to_this_bucket_names_nothing(string there, string instead)
    {
        var changed = Ceph.Replace(there, instead, StringComparison.Ordinal);
        Assert.NotEqual(Ceph, changed);

        Assert.Empty(Read(changed)!);
    }

    [Fact]
    public void Several_records_are_read_one_by_one()
    {
        var record = Ceph.Trim()["{\"Records\":[".Length..^2];

        Assert.Equal(
            ["incoming/p1/a b+cä.mp4", "incoming/p1/b.mp4"],
            Read($"{{\"Records\":[{record},7,null,{{}},{record.Replace("a b+cä", "b", StringComparison.Ordinal)},{record.Replace("Created", "Removed", StringComparison.Ordinal)}]}}")!);
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("7")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"Records\":{}}")]
    [InlineData("{\"Records\":[]} and more")]
    [InlineData("""{"Records":[{"eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"lung"},"object":{"key":"\ud800"}}}]}""")]
    public void Garbage_is_no_notification(string text) => Assert.Null(Read(text));

    [Fact]
    public void What_is_too_deep_too_large_or_no_Unicode_is_no_notification()
    {
        Assert.Null(Read(new string('[', 1_000_000)));
        Assert.Null(Read($"{{\"Records\":{new string('[', 100)}{new string(']', 100)}}}"));
        Assert.Null(Read(Ceph + new string(' ', ObjectEvents.MostBytes)));
        Assert.Null(ObjectEvents.KeysOf(Encoding.Latin1.GetBytes(Ceph), "lung"));
    }

    [Fact]
    public void A_damaged_notification_is_read_or_dropped()
    {
        var random = new Random(4);
        for (var turn = 0; turn < 5_000; turn++)
            Assert.True(ObjectEvents.KeysOf(Damage.To(Encoding.UTF8.GetBytes(Ceph), random), "lung") is null or { Count: <= 1 });
    }

    private static IReadOnlyList<string>? Read(string text) => ObjectEvents.KeysOf(Encoding.UTF8.GetBytes(text), "lung");
}
