using LusPipeline.IntegrationTests.Servers;

namespace LusPipeline.IntegrationTests.Workers;

/// <summary>Small videos of four studies, a tiny bundle, and what <c>lus run</c> makes of them: what workers have to make of them too.</summary>
public sealed class FleetFixture(FleetVideos videos) : IAsyncLifetime
{
    /// <summary>Several clips a video, so that there is something to disturb.</summary>
    public static readonly IReadOnlyList<string> Plan = ["--clips", "windows", "--window", "0.4", "--stride", "0.2"];

    /// <summary>The same for workers.</summary>
    public static readonly IReadOnlyDictionary<string, string?> PlanSettings = new Dictionary<string, string?>
    {
        ["LUS__Clips__Plan"] = "windows",
        ["LUS__Clips__Window"] = "0.4s",
        ["LUS__Clips__Stride"] = "0.2s",
    };

    public string Model => videos.Model;

    /// <summary>Another bundle, of other weights.</summary>
    public string OtherModel => videos.OtherModel;

    public string Videos => videos.Folder;

    public int VideoCount => Results.Count;

    /// <summary>A line a video, of the undisturbed <c>lus run</c>.</summary>
    public IReadOnlyList<string> Results { get; private set; } = [];

    public async ValueTask InitializeAsync() => Results = await videos.Results.Value;

    /// <summary>A fleet that has begun with all videos.</summary>
    internal Task<Fleet> FleetAsync(TestServers servers, params string[] stages) => FleetAsync(servers, null, stages);

    /// <inheritdoc cref="FleetAsync(TestServers, string[])"/>
    internal async Task<Fleet> FleetAsync(TestServers servers, Uri? endpoint, params string[] stages)
    {
        var fleet = await Fleet.MakeAsync(servers, Model, endpoint);
        await StartAsync(fleet, stages);
        return fleet;
    }

    /// <summary>Does something to the servers of a fleet at work.</summary>
    /// <param name="own">Servers of the test alone; they are disposed.</param>
    internal async Task DisturbAsync(TestServers own, Func<TestServers, Task> disturb)
    {
        await using var disposed = own;
        await using var fleet = await FleetAsync(own, "ingest", "features", "sequence");
        await fleet.PredictionsAsync(5);
        await disturb(own);
        await AssertUndisturbedAsync(fleet);
    }

    /// <summary>Puts all videos into a fleet's bucket and starts workers.</summary>
    internal async Task StartAsync(Fleet fleet, params string[] stages)
    {
        await fleet.UploadAsync(Videos);
        foreach (var stage in stages)
            fleet.Start(stage);
    }

    /// <summary>Waits until all is done, and compares with the undisturbed run.</summary>
    internal async Task AssertUndisturbedAsync(Fleet fleet)
    {
        await fleet.FinishedAsync(VideoCount);
        Assert.Equal(Results, await fleet.ResultsAsync());
        await fleet.AssertTidyAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
