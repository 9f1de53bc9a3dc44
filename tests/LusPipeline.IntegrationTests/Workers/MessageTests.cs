using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using LusPipeline.IntegrationTests.Servers;
using RabbitMQ.Client;

namespace LusPipeline.IntegrationTests.Workers;

/// <summary>Messages that come twice, late, out of order, from another release or from nowhere.</summary>
public sealed class MessageTests(TestServers servers, FleetFixture fixture) : IClassFixture<FleetFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_message_twice()
    {
        await using var fleet = await Fleet.MakeAsync(servers, fixture.Model);
        await using var queues = await StageQueues.OpenAsync(fleet.Broker);
        var random = new Random(Faults.Seed);
        var copies = new ConcurrentBag<Task>();
        foreach (var queue in StageQueues.All)
        {
            await queues.TapAsync(queue, (properties, body) =>
            {
                copies.Add(AgainAsync(queue, properties, body, random.Next(2_000)));
                return Task.CompletedTask;
            });
        }
        await fixture.StartAsync(fleet, "ingest", "features", "sequence");

        await fleet.FinishedAsync(fixture.VideoCount);

        await Task.WhenAll(copies);
        Assert.True(copies.Count > 3 * fixture.VideoCount, $"Only {copies.Count} messages came twice.");
        await fixture.AssertUndisturbedAsync(fleet);

        async Task AgainAsync(string queue, IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body, int milliseconds)
        {
            await Task.Delay(milliseconds, Cancellation);
            await queues.PutAsync(queue, properties, body);
        }
    }

    [Fact]
    public async Task Messages_out_of_order()
    {
        await using var fleet = await Fleet.MakeAsync(servers, fixture.Model);
        await fixture.StartAsync(fleet, "ingest");
        await fleet.UntilAsync("clips that wait", "SELECT count(*) FROM clips WHERE status = 'cut'", count => count >= 20);
        await using var queues = await StageQueues.OpenAsync(fleet.Broker);
        fleet.Start("features");
        fleet.Start("sequence");
        var (random, moved) = (new Random(Faults.Seed), 0);
        do
        {
            foreach (var queue in StageQueues.All)
            {
                moved += await queues.ChangeAsync(queue, messages =>
                {
                    var shuffled = messages.ToArray();
                    random.Shuffle(shuffled);
                    return shuffled.Select(message => (message.BasicProperties, message.Body));
                });
            }
        }
        while (await fleet.ScalarAsync("SELECT count(*) FROM predictions") < 20);

        Assert.True(moved > 20, $"Only {moved} messages changed their places.");
        await fixture.AssertUndisturbedAsync(fleet);
    }

    [Fact]
    public async Task Messages_of_other_releases()
    {
        await using var fleet = await Fleet.MakeAsync(servers, fixture.Model);
        await fixture.StartAsync(fleet, "ingest");
        await using var queues = await StageQueues.OpenAsync(fleet.Broker);
        var altered = 0;
        foreach (var (stage, queue, status) in new[] { ("features", "lus.features", "cut"), ("sequence", "lus.sequence", "extracted") })
        {
            await fleet.UntilAsync($"clips that wait for {stage}", $"SELECT count(*) FROM clips WHERE status = '{status}'", count => count >= 10);
            altered += await queues.ChangeAsync(queue, messages => messages.Select((message, index) => (message.BasicProperties, OtherRelease(message.Body, index))));
            fleet.Start(stage);
        }

        Assert.True(altered >= 20, $"Only {altered} messages are of another release.");
        await fixture.AssertUndisturbedAsync(fleet);
        var letters = await fleet.DeadLettersAsync();
        Assert.True(letters.Count >= 10, $"Only {letters.Count} messages of a newer release were set aside.");
        Assert.Equal(["unknown_version lus.features", "unknown_version lus.sequence"], letters.Distinct().Order());
    }

    /// <summary>Whoever may publish to one stage's queue names another clip's objects and another model, as messages of version 1 did.</summary>
    [Fact]
    public async Task Messages_that_name_another_clips_objects()
    {
        await using var fleet = await Fleet.MakeAsync(servers, fixture.Model);
        await fixture.StartAsync(fleet, "ingest");
        await using var queues = await StageQueues.OpenAsync(fleet.Broker);
        var forged = 0;
        foreach (var (stage, queue, status) in new[] { ("features", "lus.features", "cut"), ("sequence", "lus.sequence", "extracted") })
        {
            await fleet.UntilAsync($"clips that wait for {stage}", $"SELECT count(*) FROM clips WHERE status = '{status}'", count => count >= 10);
            var victim = Assert.Single(await fleet.RowsAsync($"SELECT clip_id, video_id, features_key, features_sha256 FROM clips WHERE status = '{status}' LIMIT 1")).Split(' ');
            forged += await queues.ChangeAsync(queue, messages => messages.Select(message => (message.BasicProperties, Forge(message.Body, victim))));
            fleet.Start(stage);
        }

        Assert.True(forged >= 20, $"Only {forged} messages are forged.");
        await fixture.AssertUndisturbedAsync(fleet);
    }

    [Fact]
    public async Task Garbage_goes_to_the_dead_letters_and_blocks_nothing()
    {
        await using var fleet = await Fleet.MakeAsync(servers, fixture.Model);
        foreach (var stage in new[] { "ingest", "features", "sequence" })
            fleet.Start(stage);
        await fleet.SaidAsync("is ready, model", times: 3);
        await using var queues = await StageQueues.OpenAsync(fleet.Broker);
        var garbage = new[] { "", "no json", "{}", """{"messageType":["urn:message:Other:Thing"],"message":{}}""" };
        foreach (var queue in StageQueues.All)
        {
            foreach (var body in garbage)
                await queues.PutAsync(queue, new BasicProperties { ContentType = "application/vnd.masstransit+json" }, Encoding.UTF8.GetBytes(body));
        }
        await fleet.UploadAsync(fixture.Videos);

        await fixture.AssertUndisturbedAsync(fleet);

        Assert.Equal(StageQueues.All.Count * garbage.Length, (await fleet.DeadLettersAsync()).Count);
    }

    private static ReadOnlyMemory<byte> Forge(ReadOnlyMemory<byte> body, string[] victim)
    {
        var envelope = JsonNode.Parse(body.Span)!;
        var message = envelope["message"]!.AsObject();
        message["videoId"] = victim[1];
        message["framesKey"] = $"clips/{victim[0]}.npy";
        message["featuresKey"] = victim[2];
        message["sha256"] = victim[3];
        (message["bundleId"], message["variant"], message["urgent"]) = ("none", "int8", true);
        return Encoding.UTF8.GetBytes(envelope.ToJsonString());
    }

    /// <summary>A newer one has fields that this one does not know; an older one lacks those that came later.</summary>
    private static ReadOnlyMemory<byte> OtherRelease(ReadOnlyMemory<byte> body, int index)
    {
        var envelope = JsonNode.Parse(body.Span)!;
        var message = envelope["message"]!.AsObject();
        if (index % 2 == 0)
        {
            message["version"] = message["version"]!.GetValue<int>() + 1;
            message["laterField"] = new JsonObject { ["with"] = new JsonArray(1, 2, 3) };
        }
        else
        {
            Assert.True(message.Remove("urgent"));
        }
        return Encoding.UTF8.GetBytes(envelope.ToJsonString());
    }
}
