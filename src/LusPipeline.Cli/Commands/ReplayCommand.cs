using System.CommandLine;
using LusPipeline.Cli.Arguments;
using LusPipeline.Cli.Ledgers;
using LusPipeline.Cli.Output;
using LusPipeline.Hosting.Telemetry;
using LusPipeline.Ledger.Registers;
using LusPipeline.Ledger.Replays;
using LusPipeline.Models.Bundles;
using LusPipeline.Pipeline.Replays;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus replay</c></summary>
internal static class ReplayCommand
{
    public static Command Create()
    {
        var ledger = new LedgerArguments();
        var studies = Several<string>("--study", "Videos of these studies", "NAME");
        var videos = Several<string>("--video", "These videos, by id or by key", "ID|STUDY/KEY");
        var clips = Several<Guid>("--clip", "The videos of these clips: a result needs all clips of its video", "ID");
        var failed = new Option<bool>("--failed") { Description = "Only failed videos, the crashed among them" };
        var since = SinceOption.Create("--since", "Only videos found or finished since then: an age such as 12h or 7d, or a UTC time");
        var model = new Option<string?>("--model")
        {
            Description = "Analyse the videos with this bundle (a folder or a name); with no other option, all videos that were analysed with another bundle",
            HelpName = "BUNDLE",
        };
        var variant = new Option<string?>("--variant") { Description = "With --model: the bundle's variant; each video's own if left out, where the bundle has it" };
        variant.AcceptOnlyFromAmong([.. BundleVariant.All]);
        var urgent = new Option<bool>("--urgent") { Description = "Before routine work; work that waits already becomes urgent too" };
        var dry = new Option<bool>("--dry-run") { Description = "Print what would be replayed, and change nothing" };
        var command = new Command("replay", """
            Do videos again, as a new generation in a new trace. Earlier predictions stay as history; results show the newest.

            Several options narrow the choice; one that is repeated widens it. Videos in work for the same model are left out.
            Where only the head of the bundle is another one, the features that are there serve again.
            Exit codes: 0 done; 2 nothing fits; 1 usage or other errors.
            """)
        {
            studies, videos, clips, failed, since, model, variant, urgent, dry,
        }.WithExamples(
            "lus replay --failed",
            "lus replay --study patient1 --urgent",
            "lus replay --video patient1/a.mp4",
            "lus replay --failed --since 12h --dry-run",
            "lus replay --model ./new-bundle --dry-run  # what is not of this bundle yet");
        command.Validators.Add(given =>
        {
            if (!new Option[] { studies, videos, clips, failed, since, model }.Any(option => given.GetResult(option) is { Implicit: false }))
                given.AddError("Say what to replay: --study, --video, --clip, --failed, --since or --model.");
            if (given.GetResult(variant) is not null && given.GetResult(model) is null)
                given.AddError("--variant is for --model: name the bundle too.");
        });
        command.SetLedgerAction(ledger, async (result, _) =>
        {
            using var interruption = new Interruption();
            var named = result.GetValue(videos) ?? [];
            var selection = new ReplaySelection
            {
                Studies = result.GetValue(studies) ?? [],
                VideoIds = [.. named.Select(IdOf).OfType<Guid>()],
                Keys = [.. named.Where(video => IdOf(video) is null)],
                ClipIds = result.GetValue(clips) ?? [],
                Failed = result.GetValue(failed),
                Since = result.GetValue(since),
            };
            var bundle = result.GetValue(model) is { } name ? Bundle.Load(BundleCatalog.Find(name)) : null;
            var target = bundle is null ? null : ModelOf(bundle, result.GetValue(variant));
            if (result.GetValue(dry))
            {
                using var read = await ledger.OpenToReadAsync(result, interruption.Token);
                return await PrintAsync(new Replay(read.Open, read.Clock, read.Shared), selection, target, result.GetValue(urgent), interruption.Token);
            }
            using var opened = await ledger.OpenToChangeAsync(result, interruption.Token);
            if (bundle is not null)
                await new BundleRegister(opened.Open, opened.Clock).RegisterAsync(bundle.Id, bundle.Name, bundle.Version, bundle.Threshold, interruption.Token);
            return await ReplayAsync(opened, selection, target, result.GetValue(urgent), interruption.Token);
        });
        return command;
    }

    private static async Task<int> ReplayAsync(OpenedLedger opened, ReplaySelection selection, ReplayModel? model, bool urgent, CancellationToken cancellation)
    {
        var replay = new Replay(opened.Open, opened.Clock, opened.Shared);
        var (again, fromFeatures, all) = (0L, 0, await replay.CountAsync(selection, model, urgent, cancellation));
        var display = new CountDisplay((done, of) => $"{done}/{of} videos wait again", Terminal.Error, TimeProvider.System);
        using (StudyTelemetry.Start(opened.Open, opened.Settings?.Get<TelemetryOptions>() ?? new(), TimeProvider.System))
        {
            await foreach (var chunk in replay.PlanAsync(selection, model, urgent, cancellation))
            {
                again += await replay.ApplyAsync(chunk, urgent, cancellation);
                fromFeatures += chunk.Count(video => video.FromFeatures);
                display.Show(again, Math.Max(all, again));
            }
        }
        if (again == 0)
            return await NothingAsync();
        await Console.Out.WriteLineAsync($"{again} videos wait again{FromFeatures(fromFeatures)}. {(opened.Shared
            ? "The sweep of a worker publishes them; lus status shows their progress."
            : "The next lus run on their files analyses them.")}");
        return ExitCode.Done;
    }

    private static async Task<int> PrintAsync(Replay replay, ReplaySelection selection, ReplayModel? model, bool urgent, CancellationToken cancellation)
    {
        var (again, fromFeatures) = (0, 0);
        await foreach (var chunk in replay.PlanAsync(selection, model, urgent, cancellation))
        {
            foreach (var (video, _, features) in chunk)
            {
                var reason = video.Reason is null ? "" : $" ({video.Reason})";
                await Console.Out.WriteLineAsync($"{ResultTable.Printable(video.ObjectKey)}: {video.Status}{reason}{(features ? ", its features serve" : "")}");
            }
            again += chunk.Count;
            fromFeatures += chunk.Count(video => video.FromFeatures);
        }
        if (again == 0)
            return await NothingAsync();
        await Console.Out.WriteLineAsync($"{again} videos would be done again{FromFeatures(fromFeatures)}. Nothing is changed.");
        return ExitCode.Done;
    }

    private static async Task<int> NothingAsync()
    {
        await Console.Error.WriteLineAsync("lus: no video matches, or those that match are being analysed already. lus results lists the videos.");
        return ExitCode.Incomplete;
    }

    private static string FromFeatures(int videos) => videos == 0 ? "" : $", {videos} of them from their features";

    private static Guid? IdOf(string video) => Guid.TryParseExact(video, "D", out var id) ? id : null;

    private static ReplayModel ModelOf(Bundle bundle, string? variant)
    {
        _ = bundle.Head;
        if (variant is not null)
            _ = bundle.Backbone(variant);
        return new(bundle.Id, bundle.Frames, [.. bundle.Variants.Select(one => (one, bundle.Backbone(one).Sha256))], variant);
    }

    private static Option<TValue[]> Several<TValue>(string name, string description, string helpName) =>
        new(name) { Description = description, HelpName = helpName };
}
