using System.Runtime.Serialization;
using System.Text;
using System.Text.Json;
using LusPipeline.Buckets.DicomWeb;
using LusPipeline.Buckets.S3;
using LusPipeline.Cli.Labels;
using LusPipeline.Core.Identity;
using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Hosting.Notifications;
using LusPipeline.Hosting.Settings;
using LusPipeline.Media.Ffmpeg;
using LusPipeline.Training.Data;
using MassTransit;
using MassTransit.Serialization;
using Microsoft.Extensions.Time.Testing;

namespace LusPipeline.UnitTests.Fuzzing;

/// <summary>
/// Damaged texts of everybody who can send one: videos (by ffmpeg's log), brokers, settings files, S3 servers. LUS_FUZZ_CASES=100000 tries more than
/// every run of the tests can.
/// </summary>
public sealed class OutsideTextFuzzTests : IDisposable
{
    private static readonly string[] JsonWords =
    [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u0000", "\\ud800", "null", "true", "1e999", "-1", "99999999999999999999", "\0", "\u001b[31m", "\ud83d\ude00", "//", "/*",
    ];

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ffmpegs_log_gives_a_short_reason_that_every_database_takes()
    {
        var texts = new DamagedText(
            [
                "[mov,mp4,m4a @ 0x55d0] [error] moov atom not found\n[in#0 @ 0x55d1] [error] Error opening input: Invalid data found when processing input\n",
                "Input #0, avi, from 'fd:':\n  Metadata:\n    title           : [error] Hans\n  Duration: 00:00:01.00\n[h264 @ 0x7f] [warning] no frame!\n",
            ],
            ["[error] ", "[fatal] ", "[avi @ 0x1] [error] ", "\n", "\r", "\0", "\u001b[2J", "\ud83d\ude00", "fd:", "  ", new string('x', 9_000), "\u2028"]);

        var reasons = await texts.TryAsync(async text =>
        {
            var log = new MediaLog("/scratch/Hans.avi");
            using var stderr = new StreamReader(new MemoryStream(text), Encoding.UTF8);
            await log.DrainAsync(stderr, Cancellation);
            Assert.InRange(log.Errors.Count, 0, 12);
            var detail = PlainText.Clean(log.LastError, 300);
            Assert.InRange(detail.Length, 1, 300);
            Assert.DoesNotContain(detail, char.IsControl);
            _ = Strict.GetBytes(detail);
            return log.Errors.Count > 0;
        }, usual: 10_000);

        Assert.InRange(reasons, 0.25, 1);
    }

    [Fact]
    public async Task A_message_is_read_or_refused_in_a_way_that_puts_it_with_the_dead_letters()
    {
        var texts = new DamagedText([Envelope<ClipReady>(), Envelope<VideoFound>(), Envelope<FeaturesReady>()], JsonWords);
        var serializer = new SystemTextJsonMessageSerializer();

        var read = await texts.TryAsync(text =>
        {
            try
            {
                var context = serializer.Deserialize(new BytesMessageBody(text), EmptyHeaders.Instance);
                return Task.FromResult(context.TryGetMessage<ClipReady>(out _) | context.TryGetMessage<VideoFound>(out _) | context.TryGetMessage<FeaturesReady>(out _));
            }
            catch (Exception refused) when (refused is SerializationException or JsonException)
            {
                return Task.FromResult(false);
            }
        }, usual: 10_000);

        Assert.InRange(read, 0.05, 1);
    }

    [Fact]
    public async Task Settings_are_taken_or_refused_with_a_reason()
    {
        var texts = new DamagedText(
            [
                """{ "Broker": { "Uri": "amqp://lus:secret@rabbit:5672/lus", "Prefix": "lus" }, "Sweep": { "Interval": "5s" }, "Bucket": { "Name": "lung", "UrgentPrefixes": ["urgent/"] } }""",
                """{ "Ingest": { "MaxDecoders": 4, "Ffmpeg": "ffmpeg" }, "Clips": { "Plan": "windows", "Window": "2s" }, "Logging": { "LogLevel": { "Default": "Debug" } } }""",
            ],
            [.. JsonWords, "Broker", "Bucket:Name", ":", "5x", "1d", "ffmpeg/..", "amqp://"]);
        var file = _folder["appsettings.json"];

        var taken = await texts.TryAsync(
            async text =>
            {
                await File.WriteAllBytesAsync(file, text, Cancellation);
                var settings = LoadedSettings.Inspect(new ConfigurationSources { File = file, Environment = new Dictionary<string, string>() });
                Assert.All(settings.Problems, problem => Assert.DoesNotContain("secret", problem.ToString(), StringComparison.Ordinal));
                return settings.Problems.Count == 0;
            },
            usual: 200);

        Assert.InRange(taken, 0.01, 1);
    }

    [Fact]
    public async Task A_notification_names_keys_of_the_bucket_or_is_dropped()
    {
        var texts = new DamagedText(
            [
                """{"Records":[{"eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"lung"},"object":{"key":"incoming/p1/a b.mp4","size":5}}}]}""",
                """{"Records":[{"eventName":"s3:ObjectCreated:Copy","s3":{"bucket":{"name":"lung"},"object":{"key":"incoming/p1/a+b%2Bc%C3%A4.mp4"}}},{}]}""",
            ],
            [.. JsonWords, "%", "%zz", "+", "%00", "%c3", "..", "/"]);

        var named = await texts.TryAsync(text =>
        {
            var keys = ObjectEvents.KeysOf(text, "lung");
            foreach (var name in (keys ?? []).SelectMany(ObjectEvents.NamesOf))
                Assert.InRange(name.Length, 0, 3 * S3VideoBucket.MostKeyBytes);
            return Task.FromResult(keys is { Count: > 0 });
        }, usual: 10_000);

        Assert.InRange(named, 0.05, 1);
    }

    [Fact]
    public async Task A_listing_of_S3_names_objects_or_is_an_outage()
    {
        var texts = new DamagedText(
            [
                """
                <?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>lung</Name><Prefix>incoming/</Prefix><MaxKeys>1000</MaxKeys>
                <EncodingType>url</EncodingType><IsTruncated>false</IsTruncated><Contents><Key>incoming/p1/a+b%2Bc.mp4</Key><LastModified>2026-11-24T18:56:40.882Z</LastModified>
                <ETag>"5d41402abc4b2a76b9719d911017c592"</ETag><Size>5</Size><StorageClass>STANDARD</StorageClass></Contents>
                <Contents><Key>incoming/p1/b.mp4</Key><LastModified>2026-11-24T18:56:41.882Z</LastModified><ETag>"5d41402abc4b2a76b9719d911017c593-2"</ETag><Size>6</Size></Contents></ListBucketResult>
                """,
            ],
            ["<", ">", "&", "&#0;", "&amp;", "]]>", "<Key>", "</Key>", "<Contents>", "</Contents>", "true", "<IsTruncated>true</IsTruncated>", "%", "%00", "%ff", "-1", "99999999999999999999", "..", "/", "\0"]);
        using var server = new FileServer([]);
        using var connection = new S3Connection(new S3Options { Name = "lung", Endpoint = server.Root, AccessKey = "a", SecretKey = "b" });
        var bucket = new S3VideoBucket(connection, new FakeTimeProvider(new(2026, 11, 28, 0, 0, 0, TimeSpan.Zero)));

        var listed = await texts.TryAsync(
            async text =>
            {
                server.Content = text;
                try
                {
                    await foreach (var item in bucket.ListAsync(Cancellation))
                        Assert.NotEmpty(item.Key);
                    return true;
                }
                catch (BucketUnavailableException)
                {
                    return false;
                }
            },
            usual: 300);

        Assert.InRange(listed, 0.01, 1);
    }

    [Fact]
    public async Task A_search_of_an_archive_names_instances_or_is_an_outage()
    {
        var texts = new DamagedText(
            [
                """[{"0020000D":{"vr":"UI","Value":["1.2.3"]},"0020000E":{"vr":"UI","Value":["1.2.3.4"]},"00201209":{"vr":"IS","Value":[2]},"00080018":{"vr":"UI","Value":["1.2.3.5"]},"00280008":{"vr":"IS","Value":["30"]}}]""",
                """
                [{"00080016":{"vr":"UI","Value":["1.2.840.10008.5.1.4.1.1.3.1"]},"00080018":{"vr":"UI","Value":["1.2.3.6"]},"0020000D":{"vr":"UI","Value":["1.2.4"]},"0020000E":{"vr":"UI","Value":["1.2.4.4"]}},
                {"00080018":{"vr":"UI","Value":["1.2.3.7"]},"0020000D":{"vr":"UI"},"0020000E":{"vr":"UI","Value":[]},"00280008":{"vr":"IS","Value":[1]}}]
                """,
            ],
            [.. JsonWords, "\"Value\":", "[null]", "[[]]", "{\"Value\":[{}]}", "\"0020000E\":", "..", "/", "%2F", "?", "#", "1.2.840.10008.5.1.4.1.1.88.11", new string('9', 70)]);
        using var server = new FileServer([]);
        using var connection = new ArchiveConnection(new() { Url = server.Root }, new HastyClock());
        var bucket = new ArchiveVideoBucket(connection, "archive", new(InstallationKey.NewText()), TimeProvider.System, long.MaxValue);

        var listed = await texts.TryAsync(
            async text =>
            {
                server.Content = text;
                var found = 0;
                try
                {
                    await foreach (var item in bucket.ListAllAsync(Cancellation))
                    {
                        Assert.Matches(@"\Adicom-[0-9a-f]{32}/dicom-[0-9a-f]{32}\.dcm\z", item.Key);
                        found++;
                    }
                }
                catch (BucketUnavailableException)
                {
                    return false;
                }
                return found > 0;
            },
            usual: 300);

        Assert.InRange(listed, 0.01, 1);
    }

    [Fact]
    public async Task Folds_are_read_or_refused_with_a_reason()
    {
        var texts = new DamagedText(
            [
                """{"0": {"test": [["a.gif", "b.mp4"], ["cov", "pne"]], "train": [["c.mp4", "d ü.mp4"], ["reg", "cov"]]}, "1": {"test": [["c.mp4"], ["reg"]], "train": [["a.gif"], ["cov"]]}}""",
                """{"10": {"train": [["x"], ["covid"]], "test": [["\u00e4"], ["2"]]}}""",
            ],
            [.. JsonWords, "\"test\":", "\"train\":", "[[],[]]", "cov", "flu"]);
        var file = _folder["cross_val.json"];

        var read = await texts.TryAsync(
            async text =>
            {
                await File.WriteAllBytesAsync(file, text, Cancellation);
                try
                {
                    Assert.All(CrossValidationFile.Read(file).Folds, fold => Assert.NotEmpty(fold.Test));
                    return true;
                }
                catch (TrainingDataException refused)
                {
                    Assert.Contains(file, refused.Message, StringComparison.Ordinal);
                    return false;
                }
            },
            usual: 1_000);

        Assert.InRange(read, 0.01, 1);
    }

    [Fact]
    public async Task Labels_are_read_or_refused_with_a_reason()
    {
        var texts = new DamagedText(
            ["file,label,patient,fold\na.mp4,cov,p1,0\n\"b, c.mp4\",pne,p2,1\n", "filename,label,sha256\r\nd.gif,reg,ab\r\n"],
            [",", "\"", "\n", "\r", "\0", "file", "label", "flu", "\u001b[31m", "\ud83d\ude00", new string('x', 9_000)]);
        var file = _folder["labels.csv"];

        var read = await texts.TryAsync(
            async text =>
            {
                await File.WriteAllBytesAsync(file, text, Cancellation);
                try
                {
                    return VideoLabels.Read(file).Table!.Rows.Count > 0;
                }
                catch (LabelException refused)
                {
                    Assert.Contains(file, refused.Message, StringComparison.Ordinal);
                    return false;
                }
            },
            usual: 1_000);

        Assert.InRange(read, 0.01, 1);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Nobody waits for it.</summary>
    private sealed class HastyClock : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }

    private static string Envelope<TMessage>() => $$"""
        {"messageId":"01000000-0000-0000-0000-000000000000","messageType":["urn:message:{{typeof(TMessage).Namespace}}:{{typeof(TMessage).Name}}"],"message":{"version":2,
        "clipId":"0198a3c2-7a1c-7b6e-9d2f-2f6a1f0c5b11","videoId":"0198a3c2-7a1c-7b6e-9d2f-2f6a1f0c5b12","studyDay":"2026-01-31","generation":3,"urgent":true},"headers":{"traceparent":"00-ab-cd-01"} }
        """;
}
