using System.Globalization;
using LusPipeline.Ledger.Databases;
using LusPipeline.Web.Api;
using LusPipeline.Web.Shown;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace LusPipeline.Web.Pages;

/// <summary>The pages for people.</summary>
internal static class PageEndpoints
{
    public static void MapPages(this IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup("").ExcludeFromDescription();
        pages.MapGet("/", StudiesAsync);
        pages.MapGet("/studies/{id:guid}", StudyAsync);
        pages.MapGet("/videos/{id:guid}", VideoAsync);
        pages.MapGet("/videos/{id:guid}/clips/{clip:int:min(0)}", ClipAsync);
        pages.MapGet("/operations", OperationsAsync);
        pages.MapGet("/models", ModelsAsync);
        pages.MapFallback((PageWriter writer) => MissingAsync(writer, "There is no such page."));
    }

    /// <summary>Makes one page of each kind that asks much, for nobody, so that the first reader does not wait for statements and pages to be compiled.</summary>
    public static async Task RehearseAsync(IServiceProvider services, CancellationToken cancellation)
    {
        var (ledger, writer, clips) = (services.GetRequiredService<ShownLedger>(), services.GetRequiredService<PageWriter>(), services.GetRequiredService<ShownClips>());
        var models = services.GetRequiredService<ShownModels>();
        _ = models.ReadAsync();
        try
        {
            await StudiesAsync(new(), ledger, writer, services.GetRequiredService<TimeProvider>(), cancellation).ConfigureAwait(false);
            if ((await ledger.StudiesAsync(new(), null, 1, cancellation).ConfigureAwait(false)).Studies is [var study])
            {
                await StudyAsync(study.StudyId, null, ledger, writer, cancellation).ConfigureAwait(false);
                if (study.Videos is [var video, ..])
                    await VideoAsync(video.VideoId, ledger, clips, writer, cancellation).ConfigureAwait(false);
            }
            await ModelsAsync(ledger, models, writer, cancellation).ConfigureAwait(false);
        }
        catch (Exception fault) when (LedgerFault.Is(fault) || fault is OperationCanceledException or TimeoutException)
        {
            // Whoever asks next is told.
        }
    }

    private static async Task<IResult> StudiesAsync([AsParameters] StudyQuery query, ShownLedger ledger, PageWriter writer, TimeProvider clock, CancellationToken cancellation)
    {
        var (search, after, size) = query.Parse(clock.GetUtcNow().UtcDateTime, ledger.Names, out var error);
        var (status, bundles) = (ledger.StatusAsync(cancellation), ledger.BundlesAsync(cancellation));
        var page = error is null ? await ledger.StudiesAsync(search, after, size, cancellation).ConfigureAwait(false) : new([], null, false);
        return await writer.WriteAsync<StudiesPage>(
            new()
            {
                [nameof(StudiesPage.Query)] = query,
                [nameof(StudiesPage.Found)] = page,
                [nameof(StudiesPage.Error)] = error,
                [nameof(StudiesPage.Status)] = await status.ConfigureAwait(false),
                [nameof(StudiesPage.Bundles)] = await bundles.ConfigureAwait(false),
                [nameof(StudiesPage.Names)] = ledger.Names,
            },
            error is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest).ConfigureAwait(false);
    }

    private static async Task<IResult> StudyAsync(Guid id, string? from, ShownLedger ledger, PageWriter writer, CancellationToken cancellation)
    {
        var traces = ledger.TracesAsync(id, cancellation);
        return await ledger.StudyAsync(id, cancellation).ConfigureAwait(false) is { } shown
            ? await writer.WriteAsync<StudyDetailsPage>(new()
            {
                [nameof(StudyDetailsPage.Shown)] = shown,
                [nameof(StudyDetailsPage.Traces)] = await traces.ConfigureAwait(false),
                [nameof(StudyDetailsPage.Names)] = ledger.Names,
                [nameof(StudyDetailsPage.From)] = int.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0,
                [nameof(StudyDetailsPage.Status)] = await ledger.StatusAsync(cancellation).ConfigureAwait(false),
            }).ConfigureAwait(false)
            : await MissingAsync(writer, "The ledger has no study of this id. It may have been deleted.").ConfigureAwait(false);
    }

    private static async Task<IResult> VideoAsync(Guid id, ShownLedger ledger, ShownClips clips, PageWriter writer, CancellationToken cancellation) =>
        await ledger.VideoAsync(id, cancellation).ConfigureAwait(false) is { } shown
            ? await writer.WriteAsync<VideoPage>(new()
            {
                [nameof(VideoPage.Shown)] = shown,
                [nameof(VideoPage.Names)] = ledger.Names,
                [nameof(VideoPage.HasFrames)] = clips.AreShown,
                [nameof(VideoPage.Status)] = await ledger.StatusAsync(cancellation).ConfigureAwait(false),
            }).ConfigureAwait(false)
            : await MissingAsync(writer, "The ledger has no video of this id. It may have been deleted.").ConfigureAwait(false);

    private static async Task<IResult> ClipAsync(Guid id, int clip, ShownLedger ledger, ShownClips clips, PageWriter writer, CancellationToken cancellation)
    {
        if (await ledger.VideoAsync(id, cancellation).ConfigureAwait(false) is not { } shown || clip >= shown.Video.Clips.Count)
            return await MissingAsync(writer, "The ledger has no clip of this number with a result.").ConfigureAwait(false);
        var explained = await clips.ReadAsync(id, clip, cancellation).ConfigureAwait(false);
        return await writer.WriteAsync<ClipPage>(
            new()
            {
                [nameof(ClipPage.Shown)] = shown,
                [nameof(ClipPage.Index)] = clip,
                [nameof(ClipPage.Explanation)] = explained.Explanation,
                [nameof(ClipPage.Problem)] = explained.Problem,
                [nameof(ClipPage.Names)] = ledger.Names,
                [nameof(ClipPage.Status)] = await ledger.StatusAsync(cancellation).ConfigureAwait(false),
            },
            explained.Busy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK).ConfigureAwait(false);
    }

    private static async Task<IResult> OperationsAsync(ShownLedger ledger, PageWriter writer, CancellationToken cancellation) =>
        await writer.WriteAsync<OperationsPage>(new()
        {
            [nameof(OperationsPage.Status)] = await ledger.StatusAsync(cancellation).ConfigureAwait(false),
        }).ConfigureAwait(false);

    private static async Task<IResult> ModelsAsync(ShownLedger ledger, ShownModels models, PageWriter writer, CancellationToken cancellation) =>
        await writer.WriteAsync<ModelsPage>(new()
        {
            [nameof(ModelsPage.Used)] = await ledger.BundlesAsync(cancellation).ConfigureAwait(false),
            [nameof(ModelsPage.Here)] = await models.ReadAsync().ConfigureAwait(false),
            [nameof(ModelsPage.Status)] = await ledger.StatusAsync(cancellation).ConfigureAwait(false),
        }).ConfigureAwait(false);

    private static Task<IResult> MissingAsync(PageWriter writer, string message) =>
        writer.WriteAsync<MissingPage>(new() { [nameof(MissingPage.Message)] = message }, StatusCodes.Status404NotFound);
}
