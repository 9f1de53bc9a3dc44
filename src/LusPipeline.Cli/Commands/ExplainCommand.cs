using System.CommandLine;
using LusPipeline.Cli.Arguments;
using LusPipeline.Cli.Explaining;
using LusPipeline.Cli.Ledgers;
using LusPipeline.Cli.Output;
using LusPipeline.Explaining.Pictures;
using LusPipeline.Ledger.Results;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus explain STUDY</c></summary>
internal static class ExplainCommand
{
    private const string DefaultFolder = "explained";
    private const string PageName = "index.html";
    private const int DefaultLimit = 20;

    public static Command Create()
    {
        var ledger = new LedgerArguments();
        var study = new Argument<string>("study") { Description = "The study's name: its folder's, or the file's at the top" };
        var video = new Option<string?>("--video") { Description = "One video of the study; all if left out", HelpName = "NAME" };
        var clip = new Option<int?>("--clip") { Description = "One clip of each video, from 0; all if left out", HelpName = "N" };
        var limit = new Option<int>("--limit") { Description = "Explain at most so many clips", DefaultValueFactory = _ => DefaultLimit, HelpName = "N" };
        var folder = new Option<string>("--out") { Description = $"Folder for {PageName} and the pictures", DefaultValueFactory = _ => DefaultFolder, HelpName = "DIR" };
        var videos = new Option<string[]>("--videos") { Description = "Where originals are now that were moved since lus run; may be repeated", DefaultValueFactory = _ => [], HelpName = "PATH" };
        var model = new Option<string?>("--model") { Description = "A bundle's folder or name, if the result's model lies elsewhere now", HelpName = "DIR" };
        var mask = new Option<string?>("--mask") { Description = "Blacken a border of the pictures: one percentage, or four for top, right, bottom and left", HelpName = "PERCENT" };
        var format = OutputFormat.TableOrJson();
        var command = new Command("explain", """
            Show why the model said what it said of a study: which frames and which regions it used.

            Decodes the frames again from the originals and writes them as PNG files and one HTML file that opens in any browser.
            It says what the model looked at, not whether it is right. Research use only: not a medical device.
            Exit codes: 0 all explained; 2 some clips could not be; 1 none, or a wrong command line.
            """)
        {
            study, video, clip, limit, folder, videos, model, mask, format,
        }.WithExamples(
            "lus explain patient1", "lus explain patient1 --video a.mp4 --out reasons", "lus explain scan.mp4 --format json", "lus explain patient1 --mask '10% 0 0 0'",
            "lus explain patient1 --config appsettings.json");
        limit.RequireAtLeastOne();
        command.SetLedgerAction(ledger, async (result, _) =>
        {
            using var interruption = new Interruption();
            var border = Mask(result.GetValue(mask));
            using var opened = await ledger.OpenToReadAsync(result, interruption.Token);
            var chosen = await ChooseAsync(opened, result.GetRequiredValue(study), result.GetValue(video), interruption.Token);
            using var explainer = opened.HomePath is { } home
                ? OpenedExplainer.OfHome(home, opened.Open, result.GetRequiredValue(videos), result.GetValue(model), border)
                : await OpenedExplainer.OfWorkersAsync(opened, result.GetValue(model), border, interruption.Token);
            return await new ExplainRun(
                explainer.Clips, Path.GetFullPath(result.GetRequiredValue(folder)), PageName, result.GetRequiredValue(format) == OutputFormat.Json).RunAsync(
                chosen, result.GetValue(clip), result.GetRequiredValue(limit), interruption.Token);
        });
        return command;
    }

    /// <summary>The videos that are asked for.</summary>
    private static async Task<IReadOnlyList<VideoResult>> ChooseAsync(OpenedLedger opened, string study, string? video, CancellationToken cancellation)
    {
        var studies = await new ResultReader(opened.Open).StudiesAsync([study], cancellation);
        if (studies.Count == 0)
            throw new InvalidDataException($"The ledger has no study {ResultTable.Printable(study)}. lus studies lists them.");
        List<VideoResult> chosen = [.. studies.SelectMany(one => one.Videos).Where(one => video is null || one.Video == video)];
        if (chosen.Count == 0)
        {
            throw new InvalidDataException(
                $"The study {ResultTable.Printable(study)} has no video {ResultTable.Printable(video!)}; it has {string.Join(", ", studies.SelectMany(one => one.Videos).Select(one => ResultTable.Printable(one.Video)))}.");
        }
        return chosen;
    }

    private static FrameMask Mask(string? text)
    {
        try
        {
            return FrameMask.Parse(text);
        }
        catch (FormatException wrong)
        {
            throw new InvalidDataException($"--mask: {wrong.Message}", wrong);
        }
    }
}
