using System.Globalization;
using LusPipeline.IntegrationTests.Run;
using LusPipeline.IntegrationTests.Servers;

namespace LusPipeline.IntegrationTests.Workers;

/// <summary>One worker on a machine where something is wrong.</summary>
public sealed class OddWorkerTests(TestServers servers, FleetFixture fixture) : IClassFixture<FleetFixture>
{
    [Fact]
    public async Task A_clock_that_is_ten_minutes_ahead()
    {
        var library = Directory.EnumerateDirectories("/usr/lib").Select(folder => Path.Combine(folder, "faketime", "libfaketimeMT.so.1")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(library is null, "The package faketime, which gives a process a wrong clock, is not installed.");
        await using var fleet = await Fleet.MakeAsync(servers, fixture.Model);
        // The last one: libfaketime's own correction makes every wait of .NET's timers end at once, so that they spin.
        var ahead = fleet.Start(
            "all", ("LD_PRELOAD", library!), ("FAKETIME", "+600"), ("FAKETIME_DONT_FAKE_MONOTONIC", "1"), ("FAKETIME_FORCE_MONOTONIC_FIX", "0"));
        var ready = await ahead.OutputLineAsync(line => line.Contains("is ready", StringComparison.Ordinal));
        Assert.InRange(DateTime.Parse(ready.Split(' ')[0], CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal) - DateTime.UtcNow, TimeSpan.FromMinutes(8), TimeSpan.FromMinutes(11));
        await fixture.StartAsync(fleet, "all");

        await fixture.AssertUndisturbedAsync(fleet);
    }

    [Fact]
    public async Task A_model_that_optimizers_make_wrong_ends_the_worker_when_it_starts()
    {
        using var folder = new TemporaryFolder();
        TinyBundle.WriteMisoptimized(folder["wrong"]);
        await using var fleet = await Fleet.MakeAsync(servers, folder["wrong"]);

        var ended = await fleet.EndedAsync(fleet.Start("features"));

        Assert.Equal(1, ended.ExitCode);
        Assert.Matches(@"backbone\.fp32\.onnx.* is \d\.\de-1, at most 1e-3", ended.ErrorText);
        Assert.DoesNotContain(ended.Output, line => line.Contains("is ready", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_full_disk_ends_the_worker_with_the_fix_and_the_others_go_on()
    {
        using var folder = new TemporaryFolder();
        await using var disk = await SmallDisk.MountAsync(folder.Path, kilobytes: 16);
        Assert.SkipUnless(disk.Mounted, "This process may mount nothing.");
        await using var fleet = await Fleet.MakeAsync(servers, fixture.Model);
        var full = fleet.Start("ingest", ("LUS__Worker__Scratch", folder.Path));
        await full.OutputLineAsync(line => line.Contains("is ready", StringComparison.Ordinal));
        await fixture.StartAsync(fleet, "ingest", "features", "sequence");

        var ended = await fleet.EndedAsync(full);

        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("Worker:Scratch", ended.ErrorText, StringComparison.Ordinal);
        Assert.Contains("nothing is lost", ended.ErrorText, StringComparison.Ordinal);
        await fixture.AssertUndisturbedAsync(fleet);
    }
}
