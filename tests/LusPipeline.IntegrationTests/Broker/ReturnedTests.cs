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

        Assert.Equal(0, (await broker.DepthsAsync()).Stages[Stage.Features].Ready);
        var kept = Assert.Single(await broker.TakeAsync(broker.Names.DeadLetters));
        Assert.Equal(body, kept.Body);
        Assert.Equal(reason, kept.Headers["lus-reason"]);
        Assert.Equal("lus.features", kept.Headers["lus-queue"]);
        Assert.Contains(worker.Log.Lines, line => line.Contains("is no message of this queue", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_message_of_another_version_is_read_fields_that_are_unknown_ignored_and_missing_ones_have_their_defaults()
    {
        await using var broker = await TestBroker.NewAsync(servers);
        var handled = new BlockingCollection<ClipReady>();
        await using var worker = await TestWorker.StartAsync(
            broker.Options,
            (clip, _) =>
            {
                handled.Add(clip, CancellationToken.None);
                return Task.CompletedTask;
            },
            concurrency: 1);
        var clip = Guid.NewGuid();

        await broker.SendAsync("lus.features", typeof(ClipReady), $$"""{ "version": 0, "clipId": "{{clip}}", "studyDay": "2026-01-31", "generation": 3 }""");
        await broker.SendAsync("lus.features", typeof(ClipReady), $$"""{ "version": 9, "clipId": "{{clip}}", "studyDay": "2026-01-31", "generation": 4, "urgent": true, "mood": { "new": [1] } }""");

        Assert.True(handled.TryTake(out var one, TestBroker.Patience));
        Assert.True(handled.TryTake(out var other, TestBroker.Patience));
        var (old, later) = one.Version == 0 ? (one, other) : (other, one);
        Assert.Equal((0, clip, new DateOnly(2026, 1, 31), 3, false), (old.Version, old.ClipId, old.StudyDay, old.Generation, old.Urgent));
        Assert.Equal((9, clip, 4, true), (later.Version, later.ClipId, later.Generation, later.Urgent));
    }
}
