using System.Collections.Concurrent;
using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Stages;
using LusPipeline.Hosting.Broker;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.Pipeline.Attempts;

namespace LusPipeline.IntegrationTests.Broker;

/// <summary>What becomes of messages that cannot be handled.</summary>
public sealed class ReturnedTests(TestServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_that_is_delivered_in_vain_too_often_is_returned_and_the_ledger_decides()
    {
        await using var broker = await TestBroker.NewAsync(servers, options => options with { DeliveryLimit = 3 });
        var deliveries = new ConcurrentDictionary<int, int>();
        var settled = new BlockingCollection<object>();
        await using var worker = await TestWorker.StartAsync(
            broker.Options,
            (clip, _) => deliveries.AddOrUpdate(TestBroker.NumberOf(clip), 1, (_, count) => count + 1) > 0 && TestBroker.NumberOf(clip) < 2
                ? throw new InvalidOperationException("as a bug would")
                : Task.CompletedTask,
            returned: message =>
            {
                settled.Add(message, CancellationToken.None);
                return TestBroker.NumberOf((ClipReady)message) == 0 ? ReturnedOutcome.Crashed : ReturnedOutcome.ComesBack;
            });
        var crashed = TestBroker.Clip(0);
        var innocent = TestBroker.Clip(1, urgent: true);
        await worker.Bus.PublishAsync(crashed, Cancellation);
        await worker.Bus.PublishAsync(innocent, Cancellation);
        await worker.Bus.PublishAsync(TestBroker.Clip(2), Cancellation);

        Assert.True(settled.TryTake(out var one, TestBroker.Patience));
        Assert.True(settled.TryTake(out var other, TestBroker.Patience));
        await broker.UntilAsync(depths => depths is { DeadLetters: 1, Returned: 0 });

        Assert.Equal([crashed, innocent], new[] { one, other }.OfType<ClipReady>().OrderBy(TestBroker.NumberOf));
        Assert.Equal(new Dictionary<int, int> { [0] = 4, [1] = 4, [2] = 1 }, deliveries.OrderBy(pair => pair.Key).ToDictionary());
        var (body, headers) = Assert.Single(await broker.TakeAsync(broker.Names.DeadLetters));
        Assert.Contains(crashed.ClipId.ToString(), body, StringComparison.Ordinal);
        Assert.Equal(ReasonCode.Crashed, headers["lus-reason"]);
        Assert.Equal("lus.features", headers["lus-queue"]);
    }

    [Theory]
    [InlineData("", "application/vnd.masstransit+json", UnreadableMessages.Unreadable)]
    [InlineData("no json", "application/vnd.masstransit+json", UnreadableMessages.Unreadable)]
    [InlineData("[]", "application/vnd.masstransit+json", UnreadableMessages.Unreadable)]
    [InlineData("no json", null, UnreadableMessages.Unreadable)]
    [InlineData("no json", "text/plain", UnreadableMessages.Unreadable)]
    [InlineData("no json", "no content type", UnreadableMessages.Unreadable)]
    [InlineData("{}", "application/vnd.masstransit+json", UnreadableMessages.Unreadable)]
    [InlineData("{}", "application/json", UnreadableMessages.Unreadable)]
    [InlineData("""{ "messageType": ["urn:message:Some:Other"], "message": {} }""", "application/vnd.masstransit+json", UnreadableMessages.Unknown)]
    [InlineData("""{ "messageType": ["urn:message:LusPipeline.Core.Messages:ClipReady"], "message": { "clipId": "x" } }""", "application/vnd.masstransit+json", UnreadableMessages.Unreadable)]
    [InlineData("""{ "messageType": ["urn:message:LusPipeline.Core.Messages:ClipReady"], "message": [] }""", "application/vnd.masstransit+json", UnreadableMessages.Unreadable)]
    [InlineData("""{ "messageType": ["urn:message:LusPipeline.Core.Messages:ClipReady"] }""", "application/vnd.masstransit+json", UnreadableMessages.Unreadable)]
    [InlineData("""{ "messageType": ["urn:message:LusPipeline.Core.Messages:ClipReady"], "message": null }""", "application/vnd.masstransit+json", UnreadableMessages.Unreadable)]
    [InlineData("""{ "messageType": ["urn:message:LusPipeline.Core.Messages:ClipReady"], "message": 7 }""", "application/vnd.masstransit+json", UnreadableMessages.Unreadable)]
    [InlineData("""{ "messageType": ["urn:message:LusPipeline.Core.Messages:VideoFound"], "message": {} }""", "application/vnd.masstransit+json", UnreadableMessages.Unknown)]
    public async Task Garbage_is_kept_for_people_and_does_not_block_the_queue(string body, string? contentType, string reason)
    {
        await using var broker = await TestBroker.NewAsync(servers);
        var handled = new BlockingCollection<int>();
        await using var worker = await TestWorker.StartAsync(
            broker.Options,
            (clip, _) =>
            {
                handled.Add(TestBroker.NumberOf(clip), CancellationToken.None);
                return Task.CompletedTask;
            },
            concurrency: 1);
        await broker.SendAsync("lus.features", body, contentType);
        await worker.Bus.PublishAsync(TestBroker.Clip(7), Cancellation);

        Assert.True(handled.TryTake(out var number, TestBroker.Patience));
        Assert.Equal(7, number);
        await broker.UntilAsync(depths => depths.DeadLetters == 1);
        await worker.StopAsync();

        Assert.Equal(0, (await broker.DepthsAsync()).Stages[Stage.Features]?.Ready);
        var kept = Assert.Single(await broker.TakeAsync(broker.Names.DeadLetters));
        Assert.Equal(body, kept.Body);
        Assert.Equal(reason, kept.Headers["lus-reason"]);
        Assert.Equal("lus.features", kept.Headers["lus-queue"]);
        Assert.Contains(worker.Log.Lines, line => line.Contains("does not belong to this queue", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Fields_that_are_unknown_are_ignored_and_missing_ones_have_their_defaults()
    {
        await using var broker = await TestBroker.NewAsync(servers);
        var handled = new BlockingCollection<ClipReady>();
        await using var worker = await StartAsync(broker, handled);
        var clip = Guid.NewGuid();

        await broker.SendAsync("lus.features", typeof(ClipReady), $$"""{ "version": 2, "clipId": "{{clip}}", "studyDay": "2026-01-31", "generation": 3 }""");
        await broker.SendAsync("lus.features", typeof(ClipReady), $$"""{ "version": 2, "clipId": "{{clip}}", "studyDay": "2026-01-31", "generation": 4, "urgent": true, "mood": { "new": [1] } }""");

        Assert.True(handled.TryTake(out var one, TestBroker.Patience));
        Assert.True(handled.TryTake(out var other, TestBroker.Patience));
        Assert.Equal(
            [new(2, clip, new DateOnly(2026, 1, 31), 3), new(2, clip, new DateOnly(2026, 1, 31), 4) { Urgent = true }],
            new[] { one, other }.OrderBy(message => message.Generation));
    }

    [Theory]
    [InlineData("\"version\": 3, ")]
    [InlineData("\"version\": 1, ")]
    [InlineData("\"version\": -1, ")]
    [InlineData("")]
    public async Task A_message_of_another_version_is_kept_for_people_and_not_guessed_at(string version)
    {
        await using var broker = await TestBroker.NewAsync(servers);
        var handled = new BlockingCollection<ClipReady>();
        await using var worker = await StartAsync(broker, handled);

        await broker.SendAsync("lus.features", typeof(ClipReady), $$"""{ {{version}}"clipId": "{{Guid.NewGuid()}}", "studyDay": "2026-01-31", "generation": 3 }""");
        await worker.Bus.PublishAsync(TestBroker.Clip(7), Cancellation);

        Assert.True(handled.TryTake(out var next, TestBroker.Patience));
        Assert.Equal(TestBroker.Clip(7), next);
        await broker.UntilAsync(depths => depths.DeadLetters == 1);
        await worker.StopAsync();
        Assert.Empty(handled);
        Assert.Equal(0, (await broker.DepthsAsync()).Stages[Stage.Features]?.Ready);
        var (body, headers) = Assert.Single(await broker.TakeAsync(broker.Names.DeadLetters));
        Assert.Contains("\"generation\": 3", body, StringComparison.Ordinal);
        Assert.Equal(("unknown_version", "lus.features"), (headers["lus-reason"], headers["lus-queue"]));
    }

    /// <summary>A returned message is no safer than one of a stage's queue.</summary>
    [Fact]
    public async Task A_returned_message_of_another_version_is_not_judged_either()
    {
        await using var broker = await TestBroker.NewAsync(servers);
        var settled = new BlockingCollection<IStageMessage>();
        await using var worker = await TestWorker.StartAsync(
            broker.Options, (_, _) => Task.CompletedTask,
            returned: message =>
            {
                settled.Add(message, CancellationToken.None);
                return ReturnedOutcome.Crashed;
            });

        await broker.SendAsync("lus.returned", typeof(VideoFound), $$"""{ "version": 2, "videoId": "{{Guid.NewGuid()}}", "studyDay": "2026-01-31", "generation": 0 }""");

        await broker.UntilAsync(depths => depths is { DeadLetters: 1, Returned: 0 });
        Assert.Empty(settled);
        var (_, headers) = Assert.Single(await broker.TakeAsync(broker.Names.DeadLetters));
        Assert.Equal(("unknown_version", "lus.returned"), (headers["lus-reason"], headers["lus-queue"]));
    }

    /// <summary>A features stage that keeps what it is given, one message at a time.</summary>
    private static Task<TestWorker> StartAsync(TestBroker broker, BlockingCollection<ClipReady> handled) => TestWorker.StartAsync(
        broker.Options,
        (clip, _) =>
        {
            handled.Add(clip, CancellationToken.None);
            return Task.CompletedTask;
        },
        concurrency: 1);
}
