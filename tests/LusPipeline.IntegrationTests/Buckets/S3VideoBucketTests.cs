using System.Text;
using Amazon.S3.Model;
using LusPipeline.Buckets;
using LusPipeline.Buckets.S3;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Studies;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.Ledger.Moves;
using LusPipeline.Pipeline.Intake;
using Microsoft.Extensions.Time.Testing;

namespace LusPipeline.IntegrationTests.Buckets;

/// <summary>Users' videos in a real S3 bucket.</summary>
public sealed class S3VideoBucketTests(TestServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keys_are_what_comes_after_the_watched_prefix_in_order()
    {
        using var place = new S3Place(await servers.NewBucketAsync());
        await place.PutAsync("incoming/p2/1.mp4", "x");
        await place.PutAsync("incoming/p1/deep/er/2.avi", "xy");
        await place.PutAsync("incoming/top.gif", "xyz");
        await place.PutAsync("incoming/", "");
        await place.PutAsync("incoming/p1/", "");
        await place.PutAsync("incoming/p1/.complete", "");
        await place.PutAsync("clips/1.npy", "x");
        await place.PutAsync("incoming-not/p1/1.mp4", "x");

        var items = await place.ListAsync();

        Assert.Equal(["p1/.complete", "p1/deep/er/2.avi", "p2/1.mp4", "top.gif"], items.Select(item => item.Key));
        Assert.Equal([true, false, false, false], items.Select(item => item.Skipped));
        Assert.Equal([0L, 2, 1, 3], items.Select(item => item.Size));
        Assert.All(items, item => Assert.Equal(DateTimeKind.Utc, item.Modified.Kind));
        Assert.All(items, item => Assert.InRange(DateTime.UtcNow - item.Modified, TimeSpan.FromSeconds(-2), TimeSpan.FromMinutes(5)));
        Assert.All(items, item => Assert.Equal($"{place.Options.Name}/incoming", place.Videos.NameOf(item)));
        Assert.Equal("xy", await place.ContentAsync(items[1]));
        Assert.Equal(4, (await place.ListAsync(all: true)).Count);
    }

    public static TheoryData<string> OddKeys() =>
    [
        "two words.mp4", "a+b.mp4", "a%2Bb.mp4", "a%20b.mp4", "100%.mp4", "it's \"<quoted>\" & more.mp4", "line\nbreak\r.mp4", "tab\t.mp4",
        "\u0001control\u001F\u007F.mp4", "Lunge_ä_肺_\U0001FAC1.mp4", "e\u0301.mp4", "really \uFFFD.mp4", "\uFFFE\uFFFF.mp4", "back\\slash.mp4",
        "#?x;=@:$,[]{}|^`~!*'().mp4", "double//slash.mp4", "/leading.mp4", "-i.mp4", "file:x.mp4", " ", "a..b", "..%2F..%2Fetc%2Fpasswd",
    ];

    [Theory]
    [MemberData(nameof(OddKeys))]
    public async Task A_key_of_any_characters_is_listed_and_read(string key)
    {
        using var place = new S3Place(await servers.NewBucketAsync());
        await place.PutAsync($"incoming/study/{key}", "content");
        await place.PutAsync($"incoming/{key}/1.mp4", "other");

        var items = await place.ListAsync();

        Assert.Equal(2, items.Count);
        Assert.Equal("content", await place.ContentAsync(items.Single(item => item.Key == $"study/{key}")));
        Assert.Equal("other", await place.ContentAsync(items.Single(item => item.Key == $"{key}/1.mp4")));
    }

    [Fact]
    public async Task A_key_of_1024_bytes_is_read()
    {
        using var place = new S3Place(await servers.NewBucketAsync());
        var key = "study/" + new string('ä', (1024 - "incoming/study/".Length) / 2);
        await place.PutAsync("incoming/" + key, "content");

        var item = Assert.Single(await place.ListAsync());

        Assert.InRange(Encoding.UTF8.GetByteCount("incoming/" + key), 1023, 1024);
        Assert.Equal((key, "content"), (item.Key, await place.ContentAsync(item)));
    }

    [Fact]
    public async Task Segments_of_dots_are_hidden_like_other_hidden_names()
    {
        using var place = new S3Place(await servers.NewBucketAsync());
        foreach (var key in new[] { "incoming/../outside/1.mp4", "incoming/p1/./2.mp4", "incoming/..", "incoming/.hidden/3.mp4" })
            await place.PutAsync(key, "x");

        Assert.All(await place.ListAsync(), item => Assert.True(item.Skipped));
    }

    [Fact]
    public async Task Pages_go_on_where_they_stopped_whatever_the_keys_hold()
    {
        using var place = new S3Place(await servers.NewBucketAsync());
        var keys = OddKeys().Select(row => row.Data).Concat(Enumerable.Range(0, 40).Select(number => $"{number:000}")).Select(key => "p/" + key).ToList();
        foreach (var key in keys)
            await place.PutAsync("incoming/" + key, key);

        foreach (var page in new[] { 1, 2, 7, 1000 })
        {
            var listed = new List<string>();
            await foreach (var item in new S3Listing(place.Connection, page).CurrentAsync("incoming/", Cancellation))
                listed.Add(item.Key!["incoming/".Length..]);
            Assert.Equal(keys.OrderBy(Encoding.UTF8.GetBytes, Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b))), listed);
        }
    }

    [Fact]
    public async Task More_objects_than_a_page_are_all_listed_once()
    {
        using var place = new S3Place(await servers.NewBucketAsync());
        await Parallel.ForEachAsync(Enumerable.Range(0, 1_050), Cancellation, async (number, _) => await place.PutAsync($"incoming/p/{number:0000}.mp4", "x"));

        Assert.Equal(Enumerable.Range(0, 1_050).Select(number => $"p/{number:0000}.mp4"), (await place.ListAsync()).Select(item => item.Key));
    }

    [Fact]
    public async Task A_part_is_read_and_fewer_bytes_only_at_the_end()
    {
        using var place = new S3Place(await servers.NewBucketAsync());
        await place.PutAsync("incoming/p/1.mp4", "0123456789");
        await place.PutAsync("incoming/p/2.mp4", "");
        var items = await place.ListAsync();
        var buffer = new byte[4];

        async Task<string> ReadAsync(int index, long offset) =>
            Encoding.UTF8.GetString(buffer, 0, await place.Videos.ReadAsync(items[index].Key, items[index].Tag, offset, buffer, Cancellation));
        Assert.Equal("0123", await ReadAsync(0, 0));
        Assert.Equal("4567", await ReadAsync(0, 4));
        Assert.Equal("89", await ReadAsync(0, 8));
        Assert.Equal("", await ReadAsync(0, 10));
        Assert.Equal("", await ReadAsync(0, 100));
        Assert.Equal("", await ReadAsync(1, 0));
        Assert.Equal("", await place.ContentAsync(items[1]));
    }

    [Fact]
    public async Task What_claims_to_be_nothing_is_known_by_its_first_bytes()
    {
        var options = await servers.NewBucketAsync();
        using var others = new S3Place(options);
        await others.PutAsync("incoming/p/a", [.. "GIF89a"u8, .. new byte[1_000_000]]);
        await others.PutAsync("incoming/p/b", new byte[1_000_000]);
        await others.PutAsync("incoming/p/empty", "");
        await others.PutAsync("incoming/p/playlist", "#EXTM3U\n" + new string('x', 1_000_000));
        await others.PutAsync("incoming/p/claims.mp4", new byte[1_000_000]);
        var reads = new List<string>();
        await using var proxy = new FaultyProxy(options.Endpoint!)
        {
            OnRequest = head =>
            {
                if (head.Contains("/incoming/", StringComparison.Ordinal))
                    reads.Add(head.Split("\r\n").Single(line => line.StartsWith("Range:", StringComparison.OrdinalIgnoreCase)));
                return ValueTask.FromResult(RequestFault.None);
            },
        };
        proxy.Pass();
        using var place = new S3Place(options with { Endpoint = proxy.Address(options.Endpoint!) });
        var scan = new BucketScan(place.Videos, stable: null, new VideoLimits());

        var seen = new List<SeenVideo>();
        await foreach (var chunk in scan.ListAsync(Cancellation))
            seen.AddRange(chunk);

        Assert.Equal(["p/a", "p/claims.mp4", "p/playlist"], seen.Select(video => video.Key));
        Assert.All(seen, video => Assert.Equal($"{options.Name}/incoming", video.Bucket));
        Assert.Equal(2, scan.Skipped);
        Assert.Equal(Enumerable.Repeat("bytes=0-4095", 4), reads.Select(line => line.Split(' ')[1]));
    }

    [Fact]
    public async Task What_was_replaced_or_deleted_after_the_listing_vanished()
    {
        using var place = new S3Place(await servers.NewBucketAsync());
        await place.PutAsync("incoming/p/1.mp4", "old");
        await place.PutAsync("incoming/p/2.mp4", "old");
        var items = await place.ListAsync();
        await place.PutAsync("incoming/p/1.mp4", "new");
        await place.Others.DeleteObjectAsync(place.Options.Name, "incoming/p/2.mp4", Cancellation);

        foreach (var (item, detail) in items.Zip(["replaced", "gone"]))
        {
            var fetched = await Assert.ThrowsAsync<RejectedException>(() => place.ContentAsync(item));
            var read = await Assert.ThrowsAsync<RejectedException>(() => place.Videos.ReadAsync(item.Key, item.Tag, 0, new byte[1], Cancellation));
            Assert.Equal((ReasonCode.Vanished, ReasonCode.Vanished), (fetched.Reason, read.Reason));
            Assert.Contains(detail, fetched.Message, StringComparison.Ordinal);
        }
        var again = Assert.Single(await place.ListAsync());
        Assert.NotEqual(await place.Videos.ContentAsync(items[0], Cancellation), await place.Videos.ContentAsync(again, Cancellation));
    }

    [Fact]
    public async Task A_bucket_of_versions_lists_the_newest_and_reads_the_listed_one()
    {
        using var place = new S3Place(await servers.NewBucketAsync(versioned: true));
        await place.PutAsync("incoming/p/1.mp4", "old");
        var old = Assert.Single(await place.ListAsync());
        await place.PutAsync("incoming/p/1.mp4", "new");
        await place.PutAsync("incoming/p/2.mp4", "deleted");
        await place.Others.DeleteObjectAsync(place.Options.Name, "incoming/p/2.mp4", Cancellation);

        var now = Assert.Single(await place.ListAsync());

        Assert.Equal(("p/1.mp4", "old", "new"), (now.Key, await place.ContentAsync(old), await place.ContentAsync(now)));
        Assert.NotEqual(await place.Videos.ContentAsync(old, Cancellation), await place.Videos.ContentAsync(now, Cancellation));
        await place.Others.DeleteObjectAsync(new DeleteObjectRequest { BucketName = place.Options.Name, Key = "incoming/p/1.mp4", VersionId = S3Tag.Parse(old.Tag).Version }, Cancellation);
        Assert.Equal(ReasonCode.Vanished, (await Assert.ThrowsAsync<RejectedException>(() => place.ContentAsync(old))).Reason);
    }

    [Fact]
    public async Task The_same_content_again_is_a_version_of_its_own_only_where_versions_count()
    {
        foreach (var versioned in new[] { true, false })
        {
            using var place = new S3Place(await servers.NewBucketAsync(versioned));
            await place.PutAsync("incoming/p/1.mp4", "same");
            var first = await place.Videos.ContentAsync(Assert.Single(await place.ListAsync()), Cancellation);
            await place.PutAsync("incoming/p/1.mp4", "same");
            var second = await place.Videos.ContentAsync(Assert.Single(await place.ListAsync()), Cancellation);

            Assert.Equal(versioned, first != second);
        }
    }

    [Fact]
    public async Task Days_in_a_prefix_are_listed_around_today_and_all_by_a_full_listing()
    {
        var options = (await servers.NewBucketAsync()) with { WatchPrefixes = ["in/{yyyy}/{MM}/{dd}/"], UrgentPrefixes = ["urgent/"], WatchDays = 1 };
        using var place = new S3Place(options, new FakeTimeProvider(new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero)));
        foreach (var key in new[] { "in/2026/02/27/p/1.mp4", "in/2026/02/28/p/1.mp4", "in/2026/03/01/p/1.mp4", "in/2026/03/02/p/1.mp4", "in/2026/03/03/p/1.mp4", "in/other/p/1.mp4", "urgent/p/1.mp4" })
            await place.PutAsync(key, key);

        var recent = await place.ListAsync();

        Assert.All(recent, item => Assert.Equal(new ObjectName("p", "1.mp4"), ObjectName.FromKey(item.Key)));
        Assert.Equal(["in/2026/02/28", "in/2026/03/01", "in/2026/03/02", "urgent"], recent.Select(Prefix));
        Assert.Equal(["in/2026/02/27", "in/2026/02/28", "in/2026/03/01", "in/2026/03/02", "in/2026/03/03", "urgent"], (await place.ListAsync(all: true)).Select(Prefix));
        Assert.Equal([false, false, false, true], recent.Select(item => item.Urgent));
        Assert.Equal("in/2026/03/01/p/1.mp4", await place.ContentAsync(recent[1]));
        Assert.Equal("urgent/p/1.mp4", await place.ContentAsync(recent[3]));

        string Prefix(BucketObject item) => place.Videos.NameOf(item)[(options.Name.Length + 1)..];
    }

    [Fact]
    public async Task A_full_disk_names_the_folder_and_breaks_no_video()
    {
        using var place = new S3Place(await servers.NewBucketAsync());
        await place.PutAsync("incoming/p/1.mp4", new byte[3_000_000]);
        using var folder = new TemporaryFolder();
        await using var disk = await Run.SmallDisk.MountAsync(folder.Path, 1_000);
        Assert.SkipUnless(disk.Mounted, "Mounting a small disk needs root.");

        var item = Assert.Single(await place.ListAsync());
        var full = await Assert.ThrowsAsync<BrokenEngineException>(() => place.Videos.FetchAsync(item.Key, item.Tag, folder["video"], Cancellation));

        Assert.Contains(folder.Path, full.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["video"]));
    }

    [Fact]
    public async Task An_uploaded_file_is_found_as_its_study_and_video()
    {
        var options = (await servers.NewBucketAsync()) with { WatchPrefixes = ["in/{yyyy}{MM}{dd}/"], UrgentPrefixes = ["urgent/{yyyy}/"] };
        var clock = new FakeTimeProvider(new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero));
        using var place = new S3Place(options, clock);
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["scan 1.mp4"], "content", Cancellation);
        var upload = new S3Upload(place.Connection, clock);

        Assert.Equal("in/20260301/Study #1/scan 1.mp4", await upload.PutAsync(folder["scan 1.mp4"], "Study #1", "scan 1.mp4", urgent: false, Cancellation));
        Assert.Equal("urgent/2026/p/a/b.mp4", await upload.PutAsync(folder["scan 1.mp4"], "p", "a/b.mp4", urgent: true, Cancellation));

        var items = await place.ListAsync();
        Assert.Equal(["Study #1/scan 1.mp4", "p/a/b.mp4"], items.Select(item => item.Key));
        Assert.Equal("content", await place.ContentAsync(items[0]));
        Assert.True(File.Exists(folder["scan 1.mp4"]));
        foreach (var (study, video) in new[] { ("", "x"), ("a/b", "x"), ("..", "x"), ("p", ""), ("p", "a//b"), ("p", "../x"), ("p", new string('x', 1025)) })
            await Assert.ThrowsAsync<ArgumentException>(() => upload.PutAsync(folder["scan 1.mp4"], study, video, urgent: false, Cancellation));
        using var routine = new S3Connection(options with { UrgentPrefixes = [] });
        await Assert.ThrowsAsync<ArgumentException>(() => new S3Upload(routine, clock).PutAsync(folder["scan 1.mp4"], "p", "x", urgent: true, Cancellation));
        Assert.Equal(2, (await place.KeysAsync()).Count);
    }
}
